/* Behavior of pages in the browser: the URL follows the controls, figures link to details, the menu keeps the filters, and
   open pages detect new data, a new release, and a database that is available again. */
(function () {
  "use strict";
  var READY = "/ready";
  var UPDATE = "_dash-update-component", START = /_dash-(layout|dependencies)$/;
  var PAGE = "_pages_content";
  var NOTHING_CHANGED = 204, OTHER_RELEASE = 409, TOO_MANY = 429;
  /* Rendered by Dash: the shell of a preview has no data attributes. */
  var SHELL = ".shell[data-version]";
  var IDLE_POLL_MS = 30000;
  var RETRY_POLL_MS = 2000;
  /* Some networks drop requests without an error. A figure may take several queries, of ten seconds each. */
  var REQUEST_TIMEOUT_MS = 20000;
  var DASH_TIMEOUT_MS = 60000;
  /* Parameters that mean the same in every report. */
  var SHARED = ["from", "to", "type", "group", "council", "region", "district", "agency", "source",
    "information", "compare"];

  function text(value) {
    return Array.isArray(value) ? value.join(",") : value || "";
  }

  /* The URL parameters of a control's value; an empty value is written only if the report requires one. */
  function parameters(value, name, required) {
    if (name === "period") return value && value[0] && value[1] ? { from: value[0], to: value[1] } : {};
    return text(value) || required.indexOf(name) >= 0 ? { [name]: text(value) } : {};
  }

  /* Back and forward between views of the same report: Dash does not treat this as a new page, so the page is reloaded. */
  var shownSearch = window.location.search;
  window.addEventListener("_dashprivate_pushstate", function () { shownSearch = window.location.search; });
  window.addEventListener("popstate", function () {
    var report = document.querySelector(".report");
    var isOther = window.location.search !== shownSearch;
    shownSearch = window.location.search;
    if (isOther && report && report.dataset.path === window.location.pathname) window.location.reload();
  });

  /* Whether only one end of a range has been chosen so far. */
  function isHalf(value, name) {
    return name === "period" && !!value && !!(value[0] || value[1]) && !(value[0] && value[1]);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    live: {
      /* A control changed: write its value into the URL, and keep the other parameters. Controls also report their value
         when they appear; a value that equals the server's is not the reader's choice. */
      choose: function (values, ids, before, state) {
        var clientside = window.dash_clientside;
        var unchanged = [clientside.no_update, clientside.no_update, clientside.no_update];
        var changed = clientside.callback_context.triggered_id;
        var place = changed ? ids.findIndex(function (id) { return id.control === changed.control; }) : -1;
        if (place < 0) return unchanged;
        var name = changed.control;
        var value = values[place];
        if (isHalf(value, name) || text(value) === state.shown[name]) return unchanged;
        var query = new URLSearchParams(before || "");
        /* A new selection or sort order starts at page 1. Clear the page, so that choosing it again counts as a change. */
        (name === "period" ? ["from", "to", "page"] : [name, "page"]).forEach(function (one) { query.delete(one); });
        var added = parameters(value, name, state.required);
        Object.keys(added).forEach(function (one) { query.set(one, added[one]); });
        var search = query.toString().replace(/%2C/g, ",");
        var shown = Object.assign({}, state.shown, { page: "" }, { [name]: text(value) });
        shownSearch = search ? "?" + search : "";
        return [search, shownSearch, Object.assign({}, state, { shown: shown })];
      },
      /* Menu links keep the filters that every report supports. */
      carry: function (search, ids) {
        var query = new URLSearchParams(search || "");
        Array.from(query.keys()).forEach(function (name) { if (SHARED.indexOf(name) < 0) query.delete(name); });
        var kept = query.toString().replace(/%2C/g, ",");
        return ids.map(function (id) { return id.menu + (kept ? "?" + kept : ""); });
      },
      /* A bar or area was clicked: its custom data is a URL. Areas and lines are whole traces, and have the URL in
         meta; the URL of a line contains {x}, which stands for the day of the point. */
      go: function (clicks, figures) {
        var context = window.dash_clientside.callback_context;
        var place = context.inputs_list[0].findIndex(function (input) {
          return context.triggered_id && input.id.graph === context.triggered_id.graph;
        });
        var point = clicks[place] && clicks[place].points && clicks[place].points[0];
        var custom = point && (point.customdata || figures[place].data[point.curveNumber].meta);
        var address = Array.isArray(custom) ? custom[0] : custom;
        if (typeof address !== "string" || !address) return window.dash_clientside.no_update;
        return address.split("{x}").join(String(point.x).slice(0, 10));
      },
    },
  });

  var version = null;
  var timer = null;
  function schedulePoll(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(poll, milliseconds);
  }
  function poll() {
    fetch(READY, { cache: "no-store", signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
      .then(function (response) {
        return response.json().then(function (body) {
          compareRelease(body.release);
          compare(response.ok, body.version);
        });
      })
      .catch(function () {})
      .finally(function () { schedulePoll(isWaiting() ? RETRY_POLL_MS : IDLE_POLL_MS); });
  }
  /* What has failed to load: figures, whose cards keep their previous content, or the page, which is then reloaded. */
  var failedScope = "";
  var consecutiveFailures = 0, lastFailureAt = 0;
  function recordFailure(body, milliseconds) {
    /* Each retry requests every figure, so back off while any of them keeps failing. */
    if (!failedScope) {
      consecutiveFailures = Date.now() - lastFailureAt < 2 * IDLE_POLL_MS ? consecutiveFailures + 1 : 0;
      lastFailureAt = Date.now();
    }
    failedScope = failedScope === "page" || JSON.parse(body).output.indexOf(PAGE) >= 0 ? "page" : "figures";
    updateFailureNotice();
    schedulePoll(Math.max(milliseconds, Math.min(IDLE_POLL_MS, RETRY_POLL_MS * Math.pow(2, consecutiveFailures))));
  }
  function updateFailureNotice() {
    var notice = document.getElementById("failed-requests");
    if (notice) notice.hidden = !failedScope;
  }
  function retryFailed() {
    if (failedScope === "page") return window.location.reload();
    failedScope = "";
    updateFailureNotice();
    window.dash_clientside.set_props("attempt", { data: Date.now() });
  }
  function isWaiting() {
    return failedScope || document.querySelector("[data-retry]") || (version !== null && version.indexOf("here") < 0);
  }
  /* A page of another release would send callbacks that this server does not have. */
  function compareRelease(release) {
    var shell = document.querySelector(SHELL);
    var notice = document.getElementById("stale-page");
    if (shell && notice && shell.dataset.release !== release) notice.hidden = false;
  }
  function compare(isReady, seen) {
    if (isReady && failedScope) return retryFailed();
    var waits = document.querySelector('[data-retry="page"]') || document.querySelector("[data-retry]");
    if (isReady && waits) {
      if (waits.dataset.retry === "page") return window.location.reload();
      window.dash_clientside.set_props("attempt", { data: Date.now() });
    }
    var made = document.querySelector(SHELL);
    if (version === null && made) version = made.dataset.version;
    if (version !== null && version !== seen) window.dash_clientside.set_props("data-version", { data: seen });
    version = seen;
  }
  schedulePoll(1000);
  /* The first callback requests the page that was opened, which the layout already contains. */
  var isFirst = true;
  function isOpened(address, options) {
    var content = isFirst && document.querySelector("[data-opened]");
    if (!content || String(address).indexOf(UPDATE) < 0) return false;
    var asked = JSON.parse(options.body);
    if (asked.output.indexOf(content.id + ".children") < 0) return false;
    isFirst = false;
    return asked.inputs.map(function (input) { return input.value; }).join("") === content.dataset.opened;
  }
  /* A response with its body, or an error when either does not arrive in time. */
  function fetchWhole(address, options) {
    var limited = Object.assign({}, options, { signal: AbortSignal.timeout(DASH_TIMEOUT_MS) });
    return fetchOf.call(window, address, limited).then(function (response) {
      return response.arrayBuffer().then(function (body) {
        return new Response(body.byteLength ? body : null, response);
      });
    });
  }
  /* Dash cannot draw anything without its layout and dependencies, and does not retry these requests. */
  function fetchWithRetry(request, milliseconds) {
    function again() {
      return new Promise(function (resolve) { window.setTimeout(resolve, milliseconds); })
        .then(function () { return fetchWithRetry(request, Math.min(IDLE_POLL_MS, 2 * milliseconds)); });
    }
    return fetchWhole.apply(null, request).then(function (response) {
      return response.status === TOO_MANY || response.status >= 500 ? again() : response;
    }, again);
  }
  /* Add time limits, retries and failure notices to the requests that Dash sends. A rejected callback is checked
     immediately: the page may belong to an older release. */
  var fetchOf = window.fetch;
  window.fetch = function (address, options) {
    if (isOpened(address, options)) return Promise.resolve(new Response(null, { status: NOTHING_CHANGED }));
    if (START.test(address)) return fetchWithRetry(arguments, RETRY_POLL_MS);
    if (String(address).indexOf(UPDATE) < 0) return fetchOf.apply(window, arguments);
    return fetchWhole(address, options).then(function (response) {
      if (response.status === OTHER_RELEASE) schedulePoll(0);
      if (response.status === TOO_MANY) recordFailure(options.body, IDLE_POLL_MS);
      if (response.status >= 500) recordFailure(options.body, RETRY_POLL_MS);
      return response;
    }, function (error) {
      recordFailure(options.body, RETRY_POLL_MS);
      throw error;
    });
  };
  /* Dash loads the script of figures, calendars or grids with the first of them, and does not retry if that fails. */
  window.addEventListener("error", function (event) {
    var notice = event.target.tagName === "SCRIPT" && document.getElementById("missing-parts");
    if (notice) notice.hidden = false;
  }, true);
  /* Enter in the only field of a form would send it, and reload the page without the reader's choice. */
  document.addEventListener("submit", function (event) {
    if (event.target.closest(".controls")) event.preventDefault();
  });
  /* The definitions are drawn after the browser has tried to scroll to the term in the URL fragment. */
  var shownTerm = "";
  function showTerm() {
    var address = window.location.pathname + window.location.hash;
    var isNew = address !== shownTerm;
    shownTerm = window.location.hash && document.querySelector(".definitions") ? address : "";
    if (!shownTerm || !isNew) return;
    var term = document.getElementById(window.location.hash.slice(1));
    if (term) window.setTimeout(function () { term.scrollIntoView(); });
  }
  /* The reader returns to a page that was in the background. */
  document.addEventListener("visibilitychange", function () { if (!document.hidden) schedulePoll(0); });
  /* A card that fails between two checks brings the next check forward. */
  new MutationObserver(function () {
    showTerm();
    var failed = document.querySelectorAll("[data-retry]:not([data-seen])");
    failed.forEach(function (element) { element.dataset.seen = "yes"; });
    if (failed.length) schedulePoll(RETRY_POLL_MS);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

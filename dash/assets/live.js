/* What pages do in the browser: the address follows the controls, figures lead deeper, and open pages
   notice new data and a database that has come back. */
(function () {
  "use strict";
  var READY = "/ready";
  var CALM_MS = 30000;
  var WAITING_MS = 2000;

  function words(value, id) {
    if (id.control === "period") {
      return value && value[0] && value[1] ? { from: value[0], to: value[1] } : {};
    }
    var found = {};
    if (text(value)) found[id.control] = text(value);
    return found;
  }

  function text(value) {
    return Array.isArray(value) ? value.join(",") : value || "";
  }

  function day(text, otherwise) {
    return /^\d{4}-\d\d-\d\d$/.test(text || "") ? text : otherwise;
  }

  /* Calendars and lists tell their value when they appear; that is nobody's choice. */
  function isSame(value, id, query, usual) {
    var known = usual[id.control];
    if (id.control !== "period") return text(value) === (query.get(id.control) || known);
    return !!value && value[0] === day(query.get("from"), known[0]) && value[1] === day(query.get("to"), known[1]);
  }

  /* Back and forward between views of one report: Dash sees no new page in that, so the page is made anew. */
  var shownSearch = window.location.search;
  window.addEventListener("_dashprivate_pushstate", function () { shownSearch = window.location.search; });
  window.addEventListener("popstate", function () {
    var report = document.querySelector(".report");
    var isOther = window.location.search !== shownSearch;
    shownSearch = window.location.search;
    if (isOther && report && report.dataset.path === window.location.pathname) window.location.reload();
  });

  /* The first day of a range was chosen, the last is still to come. */
  function isHalf(value, id) {
    return id.control === "period" && !!value && !!(value[0] || value[1]) && !(value[0] && value[1]);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    live: {
      /* A control changed: write it into the address, and keep what the others said there. */
      choose: function (values, ids, before, usual) {
        var clientside = window.dash_clientside;
        var unchanged = [clientside.no_update, clientside.no_update];
        var changed = clientside.callback_context.triggered_id;
        var place = changed ? ids.findIndex(function (id) { return id.control === changed.control; }) : -1;
        var query = new URLSearchParams(before || "");
        if (place < 0 || isHalf(values[place], changed) || isSame(values[place], changed, query, usual)) return unchanged;
        (changed.control === "period" ? ["from", "to"] : [changed.control]).forEach(function (name) { query.delete(name); });
        Object.entries(words(values[place], changed)).forEach(function (pair) { query.set(pair[0], pair[1]); });
        var search = query.toString().replace(/%2C/g, ",");
        if (search === (before || "")) return unchanged;
        shownSearch = search ? "?" + search : "";
        return [search, shownSearch];
      },
      /* A bar, slice or area was chosen: its custom data is an address; areas are whole traces, and have it as meta. */
      go: function (clicks, figures) {
        var context = window.dash_clientside.callback_context;
        var place = context.inputs_list[0].findIndex(function (input) {
          return context.triggered_id && input.id.graph === context.triggered_id.graph;
        });
        var point = clicks[place] && clicks[place].points && clicks[place].points[0];
        var custom = point && (point.customdata || figures[place].data[point.curveNumber].meta);
        var address = Array.isArray(custom) ? custom[0] : custom;
        return typeof address === "string" && address ? address : window.dash_clientside.no_update;
      },
    },
  });

  var version = null;
  var timer = null;
  function lookIn(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, milliseconds);
  }
  function look() {
    fetch(READY, { cache: "no-store" })
      .then(function (answer) { return answer.json().then(function (body) { tell(answer.ok, body.version); }); })
      .catch(function () {})
      .finally(function () { lookIn(isWaiting() ? WAITING_MS : CALM_MS); });
  }
  function isWaiting() {
    return document.querySelector("[data-retry]") || (version !== null && version.indexOf("here") < 0);
  }
  function tell(isReady, seen) {
    var waits = document.querySelector('[data-retry="page"]') || document.querySelector("[data-retry]");
    if (isReady && waits) {
      if (waits.dataset.retry === "page") return window.location.reload();
      window.dash_clientside.set_props("attempt", { data: Date.now() });
    }
    var made = document.querySelector(".shell");
    if (version === null && made) version = made.dataset.version;
    if (version !== null && version !== seen) window.dash_clientside.set_props("data-version", { data: seen });
    version = seen;
  }
  lookIn(1000);
  /* Somebody comes back to a page that lay open. */
  document.addEventListener("visibilitychange", function () { if (!document.hidden) lookIn(0); });
  /* A card that fails between two looks asks for an earlier next one. */
  new MutationObserver(function () {
    var failed = document.querySelectorAll("[data-retry]:not([data-seen])");
    failed.forEach(function (element) { element.dataset.seen = "yes"; });
    if (failed.length) lookIn(WAITING_MS);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

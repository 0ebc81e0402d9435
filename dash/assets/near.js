/* Cards above the fold load first. The others load when they come into view, or one by one once the visible part is
   complete, so that searching and printing the page soon include them. */
(function () {
  "use strict";
  /* Excludes cards that are already loading or loaded because their selection changed. */
  var WAITING = '[data-near=""]:not([data-dash-is-loading="true"]):has(.mantine-Skeleton-root)';
  var UNFINISHED = '[data-near="yes"] .mantine-Skeleton-root, .dash-graph:not(:has(.main-svg)), [data-dash-is-loading="true"]';
  /* A map is larger than the scripts that draw the other cards, and takes longer on a slow connection. */
  var EMPTY_MAP = '#map--map[data-near="yes"] .mantine-Skeleton-root, .city-map:not([data-drawn])';
  var CALM_MS = 100;
  var MAX_WAIT_MS = 3000;
  var MAX_MAP_MS = 30000;
  var timer = null;
  var deadline = 0;
  var mapDeadline = 0;

  function ask(element) {
    observer.unobserve(element.closest(".card"));
    var id = element.id[0] === "{" ? JSON.parse(element.id) : element.id;
    window.dash_clientside.set_props(id, { "data-near": "yes" });
  }
  function waiting() {
    return document.querySelectorAll(WAITING);
  }
  /* No margin, or cards near the viewport would load before those inside it. */
  var observer = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      var element = entry.isIntersecting && entry.target.querySelector(WAITING);
      if (element) ask(element);
    });
  });

  function later(milliseconds) {
    deadline = Date.now() + milliseconds;
    mapDeadline = Date.now() + MAX_MAP_MS;
    timer = window.setTimeout(next, CALM_MS);
  }
  /* A figure that cannot be drawn delays the others, but not indefinitely. */
  function next() {
    var unfinished = document.querySelector(EMPTY_MAP) ? Date.now() < mapDeadline
      : document.querySelector(UNFINISHED) && Date.now() < deadline;
    if (unfinished) {
      timer = window.setTimeout(next, CALM_MS);
      return;
    }
    window.whenIdle(function () {
      var cards = waiting();
      timer = null;
      if (cards.length) ask(cards[0]);
      if (cards.length > 1) later(MAX_WAIT_MS);
    });
  }
  new MutationObserver(function () {
    var cards = waiting();
    cards.forEach(function (element) { observer.observe(element.closest(".card")); });
    if (cards.length && timer === null) later(MAX_WAIT_MS);
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("beforeprint", function () { waiting().forEach(ask); });
})();

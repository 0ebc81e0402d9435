/* A preview shows the page until Dash has drawn it. Dash's scripts are as large as the map, which has priority: they load once
   the map shows its requests or has failed, when the reader uses the page, or when the map's scripts or data take too long. */
(function () {
  "use strict";
  var MAX_WAIT_MS = 8000, DATA_MS = 1500;
  var PAGE = ".report, .state-page";
  var preview = document.getElementById("preview"), root = document.getElementById("react-entry-point");
  var isStarted = false;

  /* Without one of the files, the page stays as it is. */
  function explain() {
    if (preview.querySelector("[role=alert]")) return;
    var notice = document.createElement("div"), link = document.createElement("a");
    notice.className = "notice";
    notice.setAttribute("role", "alert");
    link.href = "";
    link.textContent = "Reload this page";
    notice.append("Parts of this page could not be loaded. ", link, ".");
    preview.prepend(notice);
  }
  function isFile(part) { return part.tagName !== "SCRIPT" || part.src; }
  function add(part) { document.head.appendChild(part); }
  /* Files load in parallel and run in order; the inline scripts, which start Dash, run after them. */
  function start() {
    if (isStarted) return;
    isStarted = true;
    var parts = Array.from(document.importNode(document.getElementById("later").content, true).children);
    var files = parts.filter(isFile), written = parts.filter(function (part) { return !isFile(part); });
    files.forEach(function (file) {
      file.async = false;
      file.addEventListener("error", explain);
    });
    files[files.length - 1].addEventListener("load", function () { written.forEach(add); });
    files.forEach(add);
  }
  document.addEventListener("map-shown", start);
  preview.addEventListener("pointerdown", start);
  preview.addEventListener("focusin", start);
  document.addEventListener("map-loaded", function () { window.setTimeout(start, DATA_MS); });
  window.setTimeout(start, MAX_WAIT_MS);

  /* The preview is replaced; the focus moves to the same part of the page, or else to the page's content. */
  function finish() {
    var focused = preview.contains(document.activeElement) && document.activeElement;
    /* First: what is below a preview is hidden, and cannot receive the focus. */
    preview.remove();
    if (!focused) return;
    var same = Array.from(root.querySelectorAll(focused.tagName)).find(function (one) {
      return one.textContent === focused.textContent;
    });
    (same || root.querySelector("main")).focus({ preventScroll: true });
  }
  /* Dash has drawn the page: map.js has moved the map by the time the preview is removed. */
  var observer = new MutationObserver(function () {
    if (!root.querySelector(PAGE)) return;
    observer.disconnect();
    queueMicrotask(finish);
  });
  observer.observe(root, { subtree: true, childList: true });
})();

/* Used by the other files in this folder: loadScript loads a script on demand, whenIdle waits until the browser has time. */
window.whenIdle = window.requestIdleCallback || window.setTimeout;
window.loadScript = function (url) {
  "use strict";
  return new Promise(function (resolve, reject) {
    var script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = function () { reject(new Error(url + " did not load")); };
    document.head.appendChild(script);
  });
};

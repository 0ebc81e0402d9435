/* Runs before anything is drawn. Applies the reader's color scheme, so that a dark page never flashes white, and the light
   one to paper. Marks pages that are embedded in another page, which have neither menu nor footer. */
(function () {
  var NAME = "data-mantine-color-scheme", root = document.documentElement, onScreen = null;
  if (new URLSearchParams(location.search).get("embed") === "1") root.setAttribute("data-embed", "yes");
  /* A frame in another site's page cannot read the storage if the browser blocks it. */
  function stored() {
    try { return localStorage.getItem("mantine-color-scheme-value"); } catch (error) { return null; }
  }
  var kept = stored() || "auto";
  var isDark = kept === "dark" || (kept === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute(NAME, isDark ? "dark" : "light");
  window.addEventListener("beforeprint", function () {
    onScreen = onScreen || root.getAttribute(NAME);
    root.setAttribute(NAME, "light");
  });
  window.addEventListener("afterprint", function () {
    root.setAttribute(NAME, onScreen || root.getAttribute(NAME));
    onScreen = null;
  });
})();

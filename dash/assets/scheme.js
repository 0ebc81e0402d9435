/* Runs before anything is drawn. Applies the reader's color scheme, so that a dark page never flashes white, and marks
   pages that are embedded in another page, which have neither menu nor footer. */
(function () {
  var kept = localStorage.getItem("mantine-color-scheme-value") || "auto";
  var isDark = kept === "dark" || (kept === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
  if (new URLSearchParams(location.search).get("embed") === "1") document.documentElement.setAttribute("data-embed", "yes");
})();

/* Before anything is drawn: the reader's colors, so that a dark page never flashes white. */
(function () {
  var kept = localStorage.getItem("mantine-color-scheme-value") || "auto";
  var isDark = kept === "dark" || (kept === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();

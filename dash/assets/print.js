/* Figures would keep the width of the screen in print, so they are redrawn for the paper and restored afterwards. */
(function () {
  "use strict";
  /* The width of a Letter sheet without its margins, in CSS pixels; A4 is 26 wider. */
  var PAPER_PX = 690;

  function draw(layout) {
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) { window.Plotly.relayout(plot, layout(plot)); });
  }
  window.addEventListener("beforeprint", function () {
    if (window.Plotly) draw(function () { return { width: PAPER_PX, autosize: false }; });
  });
  window.addEventListener("afterprint", function () {
    if (window.Plotly) draw(function () { return { width: null, autosize: true }; });
  });
})();

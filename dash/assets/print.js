/* Figures would keep the width of the screen in print, so they are redrawn for the paper and restored afterwards. */
(function () {
  "use strict";
  /* The width of a card on an A4 sheet, in CSS pixels; a Letter sheet is 22 wider. */
  var PAPER_PX = 668;

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

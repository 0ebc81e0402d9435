/* Figures keep the width of the screen when a page is printed: they are drawn again for the paper, and back afterwards. */
(function () {
  "use strict";
  /* A sheet's width without its margins, in the pixels of print: Letter; A4 is 26 wider. */
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

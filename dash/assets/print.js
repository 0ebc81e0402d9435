/* Figures would keep the width of the screen in print, so they are redrawn for the paper and restored afterwards. */
(function () {
  "use strict";
  /* The room in a card and in a tile on an A4 sheet, in CSS pixels: no layout for paper exists yet to measure them in. */
  var CARD_PX = 644, TILE_PX = 296;

  function widthOf(plot) { return plot.closest(".tile") ? TILE_PX : CARD_PX; }
  function draw(layout) {
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) { window.Plotly.relayout(plot, layout(plot)); });
  }
  window.addEventListener("beforeprint", function () {
    if (window.Plotly) draw(function (plot) { return { width: widthOf(plot), autosize: false }; });
  });
  window.addEventListener("afterprint", function () {
    if (window.Plotly) draw(function () { return { width: null, autosize: true }; });
  });
})();

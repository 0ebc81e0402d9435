/* Figures are drawn by a partial bundle of plotly.js, whose URL is in the page: the bundle of Cartesian charts is a third of
   the full one. The first figure that the partial bundle cannot draw loads the full one. */
(function () {
  "use strict";
  var WHOLE = "/_dash-component-suites/plotly/package_data/plotly.min.js";
  var KNOWN = ["bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image", "pie",
    "scatter", "scatterternary", "violin"];
  var url = document.getElementById("plotly").content;
  var whole = null;

  /* Dash writes the URL of the full bundle here, and reads it when the first figure appears. */
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: function () { return url; }, set: function () {} });

  function isKnown(trace) {
    return KNOWN.indexOf(trace.type || "scatter") >= 0;
  }
  function load() {
    whole = whole || window.loadScript(WHOLE).catch(function (error) {
      whole = null;
      throw error;
    });
    return whole;
  }
  function drawWithWhole(given) {
    return load().then(function () { return window.Plotly.react.apply(window.Plotly, given); });
  }
  function extend(plotly) {
    var draw = plotly.react;
    plotly.react = function (place, figure) {
      return figure.data.every(isKnown) ? draw.apply(plotly, arguments) : drawWithWhole(arguments);
    };
  }
  /* Runs before Dash is notified and draws. */
  document.addEventListener("load", function (event) {
    if (event.target.tagName === "SCRIPT" && event.target.getAttribute("src") === url) {
      extend(window.Plotly);
    }
  }, true);
})();

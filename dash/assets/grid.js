/* The grid's scripts are two megabytes, and most pages have no grid, so the first grid that is drawn loads them. */
(function () {
  "use strict";
  var React = window.React;
  var SCRIPT = "/_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js";

  function load() {
    return window.loadScript(SCRIPT).then(take);
  }
  /* The script registers its own component; keep ours registered in Dash, or Dash would redraw open grids. */
  function take() {
    var own = window.dash_ag_grid;
    window.dash_ag_grid = Object.assign({}, own, { AgGrid: AgGrid });
    return { default: own.AgGrid };
  }
  var Later = React.lazy(load);
  function AgGrid(given) {
    var waiting = React.createElement("div", { className: "grid-waits" }, "Loading…");
    return React.createElement(React.Suspense, { fallback: waiting }, React.createElement(Later, given));
  }
  window.dash_ag_grid = { AgGrid: AgGrid };
})();

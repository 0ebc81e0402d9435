/* The grid's scripts are two megabytes, and most pages have no grid. A grid is first rendered as a plain table of its first
   page; its scripts load when the browser is idle, and add sorting, filters and further pages. If they cannot be loaded,
   the table stays, and live.js says so. */
(function () {
  "use strict";
  var React = window.React;
  var SCRIPT = "/_dash-component-suites/dash_ag_grid/dash_ag_grid.min.js";
  var MAX_WAIT_MS = 2000;

  /* The grid finds it by the name of ``cellRenderer``. */
  function RequestLink(given) {
    return React.createElement("a", { href: "/request/" + encodeURIComponent(given.value) }, given.value);
  }
  window.dashAgGridComponentFunctions = { RequestLink: RequestLink };
  function load() {
    return new Promise(function (resolve) {
      window.whenIdle(resolve, { timeout: MAX_WAIT_MS });
    }).then(function () { return window.loadScript(SCRIPT); })
      .then(take, function () { return { default: plainTable }; });
  }
  /* The script registers its own component; keep ours registered in Dash, or Dash would redraw open grids. */
  function take() {
    var own = window.dash_ag_grid;
    window.dash_ag_grid = Object.assign({}, own, { AgGrid: AgGrid });
    return { default: own.AgGrid };
  }
  function cells(name, columns, textOf, more) {
    return columns.map(function (column, place) {
      var given = { key: place, className: column.type === "numericColumn" ? "number-cell" : undefined };
      return React.createElement(name, Object.assign(given, more && more(column)), textOf(column));
    });
  }
  function row(key, children) { return React.createElement("tr", { key: key }, children); }
  function text(value) { return value === null || value === undefined ? "" : String(value); }
  function plainTable(given) {
    var columns = given.columnDefs, options = given.dashGridOptions;
    /* Columns as wide as in the grid, so that the layout hardly shifts when the grid replaces the table. */
    function heading(column) {
      return { scope: "col", style: { minWidth: column.width || column.minWidth || given.defaultColDef.width } };
    }
    var head = row("head", cells("th", columns, function (column) { return column.headerName; }, heading));
    var body = given.rowData.slice(0, options.paginationPageSize).map(function (found, place) {
      return row(place, cells("td", columns, function (column) {
        var value = text(found[column.field]);
        return column.cellRenderer ? React.createElement(RequestLink, { value: value }) : value;
      }));
    });
    var table = React.createElement("table", null, React.createElement("thead", null, head),
      React.createElement("tbody", null, body));
    return React.createElement("div", { className: "rows grid-waits", tabIndex: 0, role: "region", "aria-label": "Rows" }, table);
  }
  var Later = React.lazy(load);
  function AgGrid(given) {
    return React.createElement(React.Suspense, { fallback: plainTable(given) }, React.createElement(Later, given));
  }
  window.dash_ag_grid = { AgGrid: AgGrid };
})();

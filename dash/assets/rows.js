/* "Show as table": the rows of a figure become a table when somebody wants to see them. As components of Dash they
   would cost every visitor more than the figures do. */
(function () {
  "use strict";
  function row(cells, name) {
    var made = document.createElement("tr");
    cells.forEach(function (text) {
      var cell = document.createElement(name);
      cell.textContent = text;
      if (name === "th") cell.scope = "col";
      made.appendChild(cell);
    });
    return made;
  }
  function fill(box) {
    var known = JSON.parse(box.dataset.rows);
    var table = document.createElement("table");
    table.createTHead().appendChild(row(known.columns, "th"));
    var body = table.createTBody();
    known.rows.forEach(function (cells) { body.appendChild(row(cells, "td")); });
    box.replaceChildren(table);
  }
  function fillOpen(box) {
    if (box && box.closest("details").open) fill(box);
  }
  document.addEventListener("toggle", function (event) { fillOpen(event.target.querySelector("[data-rows]")); }, true);
  /* Other rows come into an open table. */
  new MutationObserver(function (changes) {
    changes.forEach(function (change) { fillOpen(change.target); });
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["data-rows"] });
})();

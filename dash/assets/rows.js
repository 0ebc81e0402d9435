/* "Show as table": the rows of a figure become a table when the reader opens it; those of a grid when the page is printed.
   As Dash components they would cost every reader more than the figures do. */
(function () {
  "use strict";
  function cellOf(name, text, link) {
    var cell = document.createElement(name);
    var holder = link ? cell.appendChild(document.createElement("a")) : cell;
    holder.textContent = text;
    if (link) holder.href = link;
    if (name === "th") cell.scope = "col";
    return cell;
  }
  /* ``links``: position of a cell → its URL. */
  function row(cells, name, links) {
    var made = document.createElement("tr");
    cells.forEach(function (text, place) { made.appendChild(cellOf(name, text, links[place])); });
    return made;
  }
  function fill(box) {
    var known = JSON.parse(box.dataset.rows);
    var table = document.createElement("table");
    table.createTHead().appendChild(row(known.columns, "th", {}));
    var body = table.createTBody();
    known.rows.forEach(function (cells, place) {
      var links = { [known.counted]: known.lists[place] };
      if (known.links[place]) links[0] = known.links[place];
      body.appendChild(row(cells, "td", links));
    });
    box.replaceChildren(table);
  }
  function fillOpen(box) {
    var details = box && box.closest("details");
    if (details && details.open) fill(box);
  }
  document.addEventListener("toggle", function (event) { fillOpen(event.target.querySelector("[data-rows]")); }, true);
  /* An open table is rebuilt when its rows change. */
  new MutationObserver(function (changes) {
    changes.forEach(function (change) { fillOpen(change.target); });
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["data-rows"] });
  window.addEventListener("beforeprint", function () { document.querySelectorAll(".rows-printed").forEach(fill); });
})();

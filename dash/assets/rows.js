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
  /* The cards of this page whose tables the reader has opened. */
  var opened = new Set(), path = "";
  function cardOf(details) {
    if (path !== window.location.pathname) opened.clear();
    path = window.location.pathname;
    var card = details.closest(".card-body");
    return card ? card.id : "";
  }
  document.addEventListener("toggle", function (event) {
    var box = event.target.querySelector("[data-rows]");
    if (!box) return;
    if (event.target.open) opened.add(cardOf(event.target));
    else opened.delete(cardOf(event.target));
    fillOpen(box);
  }, true);
  /* Dash 4.2.0 to 4.4.1 replace an open table by a closed one, or its rows, when they change (plotly/dash#3846). */
  function openAgain(box) {
    var details = box.closest("details");
    if (!details || !opened.has(cardOf(details))) return;
    if (details.open) fill(box);
    else details.open = true;
  }
  function added(node) {
    if (!opened.size || !node.querySelectorAll) return;
    if (node.matches("[data-rows]")) openAgain(node);
    node.querySelectorAll("[data-rows]").forEach(openAgain);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") fillOpen(change.target);
      change.addedNodes.forEach(added);
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-rows"] });
  window.addEventListener("beforeprint", function () { document.querySelectorAll(".rows-printed").forEach(fill); });
})();

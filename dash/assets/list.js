/* Tables of requests: headings that sort, rows that link to their requests, and the pages of a list. Built here, because
   thousands of Dash components would keep the browser busy. */
(function () {
  "use strict";
  /* The new table has a new button at this place: it receives the focus, which would be lost with the old one. */
  var pressedHeading = -1;
  function element(name, text, parent) {
    var made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return parent ? parent.appendChild(made) : made;
  }
  function set(report, control, value) {
    window.dash_clientside.set_props({ report: report, control: control }, { value: value });
  }
  /* The first click sorts days in descending order and text in ascending order. */
  function next(sort, now) {
    var isText = ["created", "closed", "days"].indexOf(sort) < 0;
    if (now === sort) return "-" + sort;
    if (now === "-" + sort) return sort;
    return (isText ? "" : "-") + sort;
  }
  function heading(column, known, row) {
    var cell = element("th", undefined, row);
    var now = known.sort.replace("-", "") === column.sort && column.sort;
    cell.scope = "col";
    if (!column.sort || !known.report) { cell.textContent = column.title; return; }
    if (now) cell.setAttribute("aria-sort", known.sort[0] === "-" ? "descending" : "ascending");
    var button = element("button", column.title, cell);
    button.type = "button";
    button.addEventListener("click", function () {
      pressedHeading = Array.from(row.querySelectorAll("button")).indexOf(button);
      set(known.report, "sort", next(column.sort, known.sort));
    });
  }
  function cells(known, texts, place, row) {
    known.columns.forEach(function (column, index) {
      var cell = element(index ? "td" : "th", undefined, row);
      if (!index) cell.scope = "row";
      cell.dataset.label = column.title;
      var holder = index || !known.links[place] ? cell : element("a", undefined, cell);
      if (holder !== cell) holder.href = known.links[place];
      holder.textContent = texts[index];
    });
  }
  function fill(box) {
    var known = JSON.parse(box.dataset.list);
    var table = document.createElement("table");
    var head = element("tr", undefined, table.createTHead());
    known.columns.forEach(function (column) { heading(column, known, head); });
    var body = table.createTBody();
    known.rows.forEach(function (texts, place) { cells(known, texts, place, element("tr", undefined, body)); });
    box.replaceChildren(table);
    var pressed = known.report && table.querySelectorAll("thead button")[pressedHeading];
    if (pressed && document.activeElement === document.body) pressed.focus({ preventScroll: true });
  }
  function look(node) {
    if (node.nodeType !== 1) return;
    if (node.matches("[data-list]")) fill(node);
    node.querySelectorAll("[data-list]").forEach(fill);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") fill(change.target);
      else change.addedNodes.forEach(look);
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-list"] });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-page]");
    if (button) set(button.dataset.report, "page", button.dataset.page);
  });
})();

/* Tables of requests: headings that sort, rows that link to their requests, and the pages of a list. Built here, because
   thousands of Dash components would keep the browser busy. */
(function () {
  "use strict";
  /* A new list has new buttons: the one at the place of the pressed one receives the focus, which is lost with the old one,
     until the reader does something else. */
  var BUTTONS = "thead button, [data-page]", pressed = -1;
  function places(within) {
    var card = within.closest(".card");
    return card ? Array.from(card.querySelectorAll(BUTTONS)) : [];
  }
  function refocus(box) {
    var focused = document.activeElement;
    if (pressed < 0 || (focused !== document.body && !focused.disabled)) return;
    var button = places(box)[pressed];
    /* The last page has no button to the next. */
    (button && !button.disabled ? button : box).focus({ preventScroll: true });
  }
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
      pressed = places(button).indexOf(button);
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
    box.tableOfList = table;
    if (known.report) refocus(box);
  }
  /* React keeps an element if another of its kind takes its place: a list with fewer parts gives its own to the links. */
  function follow(box) {
    if (box.dataset.list) fill(box);
    else if (box.tableOfList) box.tableOfList.remove();
  }
  function look(node) {
    if (node.nodeType !== 1) return;
    if (node.matches("[data-list]")) fill(node);
    node.querySelectorAll("[data-list]").forEach(fill);
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") follow(change.target);
      else change.addedNodes.forEach(look);
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-list"] });
  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () { pressed = -1; }, true);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-page]");
    if (!button) return;
    pressed = places(button).indexOf(button);
    set(button.dataset.report, "page", button.dataset.page);
  });
})();

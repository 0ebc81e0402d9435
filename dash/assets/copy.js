/* Buttons that copy a link; data-copy holds its path and query. */
(function () {
  "use strict";
  var TEXT = "data-text";
  function done(button) {
    button.setAttribute(TEXT, button.getAttribute(TEXT) || button.textContent);
    button.textContent = "Copied";
  }
  /* Pages that were not loaded over HTTPS cannot use the clipboard: the reader copies from a field. */
  var field = document.createElement("input"), owner = null;
  field.readOnly = true;
  field.setAttribute("aria-label", "Link with these dates");
  function show(button, url) {
    hide();
    owner = button;
    field.value = url;
    button.hidden = true;
    button.after(field);
    field.select();
  }
  function hide() {
    if (owner) owner.hidden = false;
    owner = null;
    field.remove();
  }
  /* The link has changed, and has not been copied. */
  function restore(button) {
    if (button.hasAttribute(TEXT)) button.textContent = button.getAttribute(TEXT);
    if (button === owner) hide();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    var url = window.location.origin + button.dataset.copy;
    if (!navigator.clipboard) return show(button, url);
    navigator.clipboard.writeText(url).then(function () { done(button); }, function () { show(button, url); });
  });
  new MutationObserver(function (changes) {
    changes.forEach(function (change) { if (change.type === "attributes") restore(change.target); });
    /* The page has another button now. */
    if (owner && !owner.isConnected) hide();
  }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-copy"] });
})();

/* Buttons with a link to copy: data-copy has its path and query. */
(function () {
  "use strict";
  function done(button) {
    button.textContent = "Copied";
  }
  /* Pages that were not loaded over HTTPS have no clipboard: the reader copies from a field. */
  function show(button, url) {
    var field = document.createElement("input");
    field.value = url;
    field.readOnly = true;
    field.setAttribute("aria-label", "Link with these dates");
    button.replaceWith(field);
    field.select();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    var url = window.location.origin + button.dataset.copy;
    if (!navigator.clipboard) return show(button, url);
    navigator.clipboard.writeText(url).then(function () { done(button); }, function () { show(button, url); });
  });
})();

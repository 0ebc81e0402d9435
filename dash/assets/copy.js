/* Buttons that copy a link; data-copy holds its path and query. */
(function () {
  "use strict";
  function done(button) {
    button.textContent = "Copied";
  }
  /* Pages that were not loaded over HTTPS cannot use the clipboard: the reader copies from a field. */
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

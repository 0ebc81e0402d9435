"use strict";
// The document is ours and on this server; nothing is sent to the validator of swagger.io.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#routes",
  deepLinking: true,
  docExpansion: "list",
  displayRequestDuration: true,
  queryConfigEnabled: false,
  validatorUrl: null,
});
// Its style sheet has a dark scheme, which the page has to choose.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

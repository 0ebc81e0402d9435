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

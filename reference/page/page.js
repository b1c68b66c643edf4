"use strict";

// The document lies beside the page: /v1/docs shows /v1/openapi.json.
window.ui = window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  // Nothing in the address may choose another document, and nobody else is asked whether this one is valid.
  queryConfigEnabled: false,
  validatorUrl: null,
  // A key that is entered stays in this page's memory and is gone with it.
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  syntaxHighlight: { theme: "agate" },
});

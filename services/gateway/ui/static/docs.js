"use strict";

// Swagger UI over Kring's own contract: no validator badge, nothing from elsewhere.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1, // each operation shows its own schemas; a list of all is long
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});

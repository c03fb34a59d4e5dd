"use strict";
SwaggerUIBundle({ url: new URL("v1/openapi.json", document.baseURI).href, dom_id: "#swagger", deepLinking: true, docExpansion: "none", persistAuthorization: false });

"use strict";
SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#swagger", deepLinking: true, docExpansion: "none", persistAuthorization: false });

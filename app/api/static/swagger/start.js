"use strict";
SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#swagger", deepLinking: true, persistAuthorization: false });

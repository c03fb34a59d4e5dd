"""`/docs`: the REST contract in Swagger UI, served without the internet.

Addresses in the page are relative, so that they hold below any path prefix.
"""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Samen REST API</title>
    <link rel="stylesheet" href="static/swagger/swagger-ui.css">
  </head>
  <body>
    <div id="swagger"></div>
    <script src="static/swagger/swagger-ui-bundle.js"></script>
    <script src="static/swagger/start.js"></script>
  </body>
</html>
"""


def install(app: FastAPI) -> None:
    """Hang the page on the app."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(PAGE)

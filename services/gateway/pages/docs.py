"""The API's page: Swagger UI from a package, without any request to elsewhere."""

from importlib import resources

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from libs.kernel.errors import NotFoundError
from services.gateway.pages.frame import UI

_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


def routes() -> APIRouter:
    """Return the routes of /docs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def page() -> Response:
        """Show the API; the page's own script starts Swagger UI."""
        return HTMLResponse((UI / "templates" / "docs.html").read_text(encoding="utf-8"))

    @router.get("/docs/{name}")
    def file(name: str) -> Response:
        """Return one of the files of Swagger UI."""
        if name not in _FILES:
            raise NotFoundError("There is no such file.")
        content = resources.files("fastapi_swagger") / "resources" / name
        return Response(content.read_bytes(), media_type=_FILES[name])

    return router

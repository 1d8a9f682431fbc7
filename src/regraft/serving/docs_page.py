"""`/docs`: what a server can be asked, as a page that needs nothing but this server."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from regraft.serving.problems import Problem

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of the page: no script but those of this server, no address but this server."""
_FILES = {
    "begin.js": ("templates/begin.js", "text/javascript"),
    "swagger-ui.js": ("vendored/swagger-ui.js.gz", "text/javascript"),
    "swagger-ui.css": ("vendored/swagger-ui.css.gz", "text/css"),
    "licences.txt": ("vendored/licences.txt.gz", "text/plain"),
}
"""By name: where they lie, and what they are."""


def docs_routes() -> APIRouter:
    """The page, and what it consists of."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def front() -> Response:
        """Whoever opens the server in a browser sees what it can be asked."""
        return RedirectResponse("docs")

    @router.get("/docs")
    async def docs() -> Response:
        """The page."""
        return Response(_content("templates/docs.html"), media_type="text/html", headers=_headers())

    @router.get("/docs/{name}")
    async def part(name: str, request: Request) -> Response:
        """A file of the page; as it lies, where the browser unpacks it."""
        if name not in _FILES:
            raise Problem("not_found", "The page /docs has no such file.")
        place, kind = _FILES[name]
        content, headers = _content(place), _headers()
        if place.endswith(".gz"):
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["content-encoding"] = "gzip"
            else:
                content = gzip.decompress(content)
        return Response(content, media_type=kind, headers=headers)

    return router


def _headers() -> dict[str, str]:
    return {"content-security-policy": _POLICY, "referrer-policy": "no-referrer", "vary": "accept-encoding"}


@cache
def _content(place: str) -> bytes:
    return files("regraft.serving").joinpath(place).read_bytes()

"""Images in, answers out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from regraft.serving.about_routes import Name
from regraft.serving.answers import Answer, answered
from regraft.serving.bodies import read_images
from regraft.serving.problems import EVERYWHERE, Problem, problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.serving.scheduler import Job
    from regraft.serving.service import Service

PREDICT = "/v1/models/{name}/predict"
WANTED = {
    "name": "a classifier's name of at most 100 characters",
    "top_k": "a whole number from 1 to 1,000",
    "unknown": "true or false",
    "timings": "true or false",
}
"""What each parameter takes, in our words."""
_BODY = {
    "required": True,
    "content": {
        **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png", "image/*")},
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                },
                "required": ["files"],
            }
        },
    },
}


def predict_route(service: Service) -> APIRouter:
    """The route that classifies.

    Args:
        service: What it asks.
    """
    router = APIRouter()

    @router.post(
        PREDICT,
        responses=EVERYWHERE | problems(404, 413, 415, 422, 429, 503, 504) | {200: {"model": Answer}},
        openapi_extra={"requestBody": _BODY},
        response_class=Response,
    )
    async def predict(
        request: Request,
        name: Name,
        top_k: Annotated[int, Query(ge=1, le=1000, description="how many classes to name")] = 1,
        unknown: Annotated[bool, Query(description="say which images look like none of the classes")] = True,  # noqa: FBT002
        timings: Annotated[bool, Query(description="say what took how long (Server-Timing)")] = False,  # noqa: FBT002
    ) -> Response:
        """Classify images."""
        entry, visit = service.shelf.find(name), request.state.visit
        visit.facts |= {"model": name, "digest": entry.current.model.digest}
        deadline = visit.began + _seconds(request, service.options.deadline)
        images = await read_images(request, service.options)
        visit.facts["n_images"] = len(images)
        if service.options.log_names:
            visit.facts["names"] = [path for path, _ in images]
        _take_share(request, len(images))
        asked = service.ask(entry.current.model, images, top_k=top_k, unknown=unknown, deadline=deadline)
        jobs = await _unless_left(asked, request)
        return answered(service, name, visit, jobs, timings=timings)

    return router


async def _unless_left(asked: Any, request: Request) -> Sequence[Job]:
    """What comes of a question; it is taken back when who asked it leaves."""
    asking, leaving = asyncio.ensure_future(asked), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise Problem("client_left", "The client has left before it was answered.")
        found: Sequence[Job] = asking.result()
    finally:
        asking.cancel()
        leaving.cancel()
    return found


def _seconds(request: Request, most: float) -> float:
    """How long a request may take: as the server allows, or less where it says so."""
    text = request.headers.get("x-request-timeout")
    if text is None:
        return most
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise Problem("bad_option", "X-Request-Timeout is a number of seconds, greater than 0.")
    return min(seconds, most)


def _take_share(request: Request, n_images: int) -> None:
    """The images of a request beyond the first count, too, for the rate of its token."""
    token = getattr(request.state, "token", None)
    if token is not None and n_images > 1:
        token.take(n_images - 1)

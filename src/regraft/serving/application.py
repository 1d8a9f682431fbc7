"""The ASGI application: the gate, and the routes behind it."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import regraft
from regraft.serving.about_routes import about_routes
from regraft.serving.description import describe
from regraft.serving.docs_page import docs_routes
from regraft.serving.gate import Gate
from regraft.serving.predict_route import WANTED, predict_route
from regraft.serving.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from regraft.serving.service import Service


def assemble(service: Service) -> Gate:
    """The application of a service that runs.

    Args:
        service: The classifiers, and the threads that run them.
    """
    app = FastAPI(
        title="Regraft",
        version=regraft.__version__,
        description="Classifiers of images. Every problem is told as RFC 9457 says, with a stable code.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(predict_route(service), tags=["classify"])
    app.include_router(about_routes(service), tags=["operate"])
    app.include_router(docs_routes())
    app.openapi = cache(partial(describe, app, needs_token=bool(service.tokens)))  # type: ignore[method-assign]
    _explain(app)
    return Gate(app, service)


def _explain(app: FastAPI) -> None:
    """Whatever goes wrong behind the gate becomes a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return _told(request, error)

    @app.exception_handler(TimeoutError)
    async def _late(request: Request, _error: TimeoutError) -> Response:
        return _told(request, Problem("deadline_passed", "The time that the request may take is over."))

    @app.exception_handler(RequestValidationError)
    async def _wrong(request: Request, error: RequestValidationError) -> Response:
        names = [str(one["loc"][-1]) for one in error.errors() if one["loc"]]
        told = [f"{name} is {WANTED[name]}." for name in names if name in WANTED]
        return _told(request, Problem("bad_option", " ".join(told) or "An option of the request is wrong."))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "not_allowed"}.get(error.status_code, "bad_request")
        sentence = {"not_found": "There is nothing here. See /docs.", "not_allowed": "See /docs for what can be done."}
        told = Problem(code, sentence.get(code, "The request makes no sense."), headers=dict(error.headers or {}))
        return _told(request, told)

    @app.exception_handler(Exception)
    async def _failed(request: Request, _error: Exception) -> Response:  # and the gate writes into the log
        return _told(request, Problem("internal", "The server failed. Its log has the id of this request."))


def _told(request: Request, problem: Problem) -> Response:
    visit = request.state.visit
    visit.code = visit.code or problem.code
    return Response(problem.body(visit.id), problem.status, problem.headers, MEDIA_TYPE)

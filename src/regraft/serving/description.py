"""What OpenAPI says of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from regraft.serving.problems import ProblemBody

if TYPE_CHECKING:
    from fastapi import FastAPI

_SAID_BY_FASTAPI = ("HTTPValidationError", "ValidationError")
"""Its own bodies for wrong options: ours are problems."""
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": _TEXT},
    "429": {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}},
}


def describe(app: FastAPI, *, needs_token: bool) -> dict[str, Any]:
    """The OpenAPI of an application's routes.

    Args:
        app: With all routes.
        needs_token: Whether each request must bear one.
    """
    told: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = told["components"]["schemas"]
    schemas |= problem.pop("$defs") | {"ProblemBody": problem}
    for path in told["paths"].values():
        for operation in path.values():
            _mend(operation["responses"])
            operation["summary"] = operation.pop("description")  # the sentence, not the function's name
    for name in _SAID_BY_FASTAPI:
        schemas.pop(name, None)
    if needs_token:
        told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        told["security"] = [{"token": []}]
    return told


def _mend(responses: dict[str, Any]) -> None:
    if any(name in str(responses.get("422")) for name in _SAID_BY_FASTAPI):
        del responses["422"]
    for status, response in responses.items():
        response["headers"] = {"X-Request-Id": _TEXT} | _HEADERS.get(status, {})

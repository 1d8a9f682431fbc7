"""What can be asked without an image: is all well, and which classifiers are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from regraft.core import exact_json
from regraft.serving.problems import EVERYWHERE, Problem, problems

if TYPE_CHECKING:
    from regraft.serving.service import Service
    from regraft.serving.shelf import Entry

Name = Annotated[str, Path(max_length=100, description="a classifier's name")]


class ModelRow(BaseModel):
    """A classifier, in short."""

    name: str
    digest: str
    n_classes: int


class ModelList(BaseModel):
    """All classifiers."""

    models: list[ModelRow]


class Model(BaseModel):
    """A classifier."""

    name: str
    digest: str
    previous: str | None = Field(description="digest of the version before, which is still open")
    class_names: list[str] = Field(description="in the order of the probabilities")
    about: dict[str, Any] = Field(description="its card, metrics, inputs and versions, as far as it knows them")


class Health(BaseModel):
    """That all is well."""

    status: str


def about_routes(service: Service) -> APIRouter:
    """All routes.

    Args:
        service: What they ask.
    """
    router = APIRouter()

    @router.get("/health/live", responses=EVERYWHERE)
    async def live() -> Health:
        """The process answers."""
        return Health(status="live")

    @router.get("/health/ready", responses=EVERYWHERE | problems(503))
    async def ready() -> Health:
        """Requests may be sent here."""
        if (reason := service.unready) is not None:
            raise Problem("not_ready", reason)
        return Health(status="ready")

    @router.get(
        "/metrics",
        responses=EVERYWHERE | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        response_class=Response,
    )
    async def metrics() -> Response:
        """Counts and times, for Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @router.get("/v1/models", responses=EVERYWHERE)
    async def models() -> ModelList:
        """All classifiers."""
        return ModelList(models=[_row(name, entry) for name, entry in service.shelf.items()])

    @router.get("/v1/models/{name}", responses=EVERYWHERE | problems(404))
    async def model(name: Name) -> Response:
        """One classifier: labels, card, metrics, what its networks see."""
        return _json(_told(name, service.shelf.find(name)))

    return router


def _row(name: str, entry: Entry) -> ModelRow:
    model = entry.current.model
    return ModelRow(name=name, digest=model.digest, n_classes=len(model.class_names))


def _told(name: str, entry: Entry) -> dict[str, Any]:
    model = entry.current.model
    return {
        "name": name,
        "digest": model.digest,
        "previous": None if entry.previous is None else entry.previous.model.digest,
        "class_names": model.class_names,
        "about": model.about,
    }


def _json(told: dict[str, Any]) -> Response:
    return Response(exact_json(told), media_type="application/json")

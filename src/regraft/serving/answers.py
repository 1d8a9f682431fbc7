"""What is answered to images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Response
from pydantic import BaseModel, Field

from regraft.bundle import Prediction
from regraft.core import exact_json, plural
from regraft.serving.problems import Problem, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.serving.scheduler import Job
    from regraft.serving.service import Service
    from regraft.serving.visit import Visit


class Answer(BaseModel):
    """What a classifier says of the images of a request."""

    model: str = Field(description="the classifier's name")
    digest: str = Field(description="what it is known by: every other version has another")
    request_id: str
    predictions: list[Prediction] = Field(description="of each image that could be read, in order")
    unreadable: list[UnreadableFile] = Field(description="of each of the others, why not")


def answered(service: Service, name: str, visit: Visit, jobs: Sequence[Job], *, timings: bool) -> Response:
    """The response that outcomes make.

    Args:
        service: What counts them.
        name: Of the classifier.
        visit: The request.
        jobs: Of each image, over.
        timings: Whether to say what took how long.

    Raises:
        Problem: No image could be read, or the network failed.
        TimeoutError: One was not answered by the deadline.
    """
    for job in jobs:
        service.metrics.images.labels(name, _kind(job.outcome)).inc()
        for stage, seconds in job.seconds.items():
            service.metrics.stages.labels(stage).observe(seconds)
    failed = [job.outcome for job in jobs if isinstance(job.outcome, BaseException)]
    if any(isinstance(error, TimeoutError) for error in failed):
        raise TimeoutError
    if failed:
        service.log.say("engine_failure", id=visit.id, detail=f"{type(failed[0]).__name__}: {failed[0]}")
        raise Problem("engine_failed", "The network failed over this image. The log has the id of this request.")
    told = [job.outcome.model_dump_json() for job in jobs if isinstance(job.outcome, Prediction)]
    refused = [job.outcome.model_dump(mode="json") for job in jobs if not isinstance(job.outcome, Prediction)]
    if not told:
        sentence = f"The image cannot be read ({refused[0]['reason']}): {refused[0]['detail']}."
        if len(refused) > 1:
            sentence = f"None of {plural(len(refused), 'image')} can be read."
        raise Problem("unreadable_image", sentence, unreadable=refused)
    head = exact_json({"model": name, "digest": jobs[0].model.digest, "request_id": visit.id})
    body = f'{head[:-1]}, "predictions": [{", ".join(told)}], "unreadable": {exact_json(refused)}}}'
    response = Response(body, media_type="application/json")
    if timings:
        stages = {stage: max(job.seconds.get(stage, 0.0) for job in jobs) for stage in jobs[0].seconds}
        stages["total"] = visit.seconds
        response.headers["server-timing"] = ", ".join(f"{one};dur={1000 * took:.2f}" for one, took in stages.items())
    return response


def _kind(outcome: object) -> str:
    """What the metrics call an outcome."""
    if isinstance(outcome, Prediction):
        return "predicted"
    return "failed" if isinstance(outcome, BaseException) else "unreadable"

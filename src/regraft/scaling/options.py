"""The options that say which machines compute features."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regraft.core import Options, came_later, decides, needs_extra, placed, same_work


class ClusterOptions(Options):
    """Who computes features that are not kept yet."""

    on: Literal["here", "ray"] = Field(
        "here",
        description="Where features are computed: here, or by the workers of a Ray cluster, which see the same "
        "folders. Without --address one is started on this machine, for this run.",
        json_schema_extra=placed("expert", 13)
        | decides("computing")
        | same_work()
        | came_later()
        | needs_extra("scale", "ray"),
    )
    address: str | None = Field(
        None,
        description="HOST:PORT of a Ray cluster that runs; this machine is one of its nodes.",
        json_schema_extra=placed("expert", 14)
        | decides("computing")
        | same_work()
        | came_later()
        | needs_extra("scale"),
    )
    worker_threads: int = Field(
        1,
        ge=1,
        le=256,
        description="Cores of each of the cluster's workers, each of which loads the network: few give the most images "
        "a second, many take less memory.",
        json_schema_extra=placed("expert", 16) | decides("computing") | same_work() | came_later(),
    )

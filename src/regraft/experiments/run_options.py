"""The options of every run: where its files go, what its classifier holds, what is measured besides the usual."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from regraft.core import Options, came_later, decides, names_code, placed, same_work


class RunOptions(Options):
    """Where a run's files go."""

    runs: Path = Field(
        Path("runs"),
        description="Folder of runs.",
        json_schema_extra=placed("output", 20) | decides("record") | same_work(is_repeated=False),
    )
    name: str | None = Field(
        None,
        description="The run's name; by default made from the data set's.",
        json_schema_extra=placed("output", 10) | decides("record") | same_work(is_repeated=False),
    )


class BundleOptions(RunOptions):
    """What the saved classifier holds."""

    private: bool = Field(
        default=False,
        description="Keep no pixel, file name or hash of your images in the bundle: pictures that are made take the "
        "place of the test images that prove it whole. The run's folder beside it still shows images.",
        json_schema_extra=placed("output", 25) | decides("record") | same_work() | came_later(),
    )


class MetricOptions(Options):
    """What is measured besides the usual."""

    metric: str | None = Field(
        None,
        description="A metric of your own, shown in the report: module:function or FILE.py:function, called with "
        "labels (n,) and probabilities (n, k).",
        json_schema_extra=placed("output", 30) | decides("record") | names_code(4),
    )

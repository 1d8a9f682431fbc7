"""The options of an audit: what is looked at, what of it fails a build, and the table of decisions."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from regraft.auditing import AuditKind
from regraft.core import placed
from regraft.experiments.probe_options import FixedFeatureOptions


class AuditOptions(FixedFeatureOptions):
    """Settings of `audit`: those of the probe whose number is in question, and what comes of the findings."""

    VERB: ClassVar[str] = "audit"

    fail_on: tuple[AuditKind, ...] = Field(
        (),
        description="Kinds of findings that make the command fail, with exit code 11, and so does a kind that could "
        "not be looked for: for programs that watch over a data set.",
        json_schema_extra=placed("output", 40),
    )
    decisions: Path | None = Field(
        None,
        description="Write what is proposed for each image to this CSV table, to be edited in a spreadsheet.",
        json_schema_extra=placed("output", 41),
    )
    apply: Path | None = Field(
        None,
        description="Do what such a table says in its column action, and write the images that are left to --out. "
        "Images are never touched.",
        json_schema_extra=placed("output", 42),
    )
    undo: bool = Field(
        default=False,
        description="The data set is a table that --apply wrote: write the one from before to --out.",
        json_schema_extra=placed("output", 43),
    )
    out: Path | None = Field(
        None,
        description="With --apply or --undo: the table of images to write, .parquet or .csv. Every verb takes it.",
        json_schema_extra=placed("output", 44),
    )

"""How a published data set is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from regraft.core import Options, placed


class GetDatasetOptions(Options):
    """Settings of `get_dataset`."""

    VERB: ClassVar[str] = "datasets get"

    folder: Path | None = Field(
        None,
        description="The folder to make; by default it has the data set's name and lies in the current folder.",
        json_schema_extra=placed("output", 10),
    )
    archives: Path | None = Field(
        None,
        description="A folder with files of the data set that you have already, as the publisher named them; only the "
        "others are fetched.",
        json_schema_extra=placed("data", 10),
    )
    foreground_class: str = Field(
        "person",
        description="For visualwakewords: COCO's category that a photo shows or not.",
        json_schema_extra=placed("expert", 10),
    )
    small_object_area: float = Field(
        0.005,
        ge=0,
        lt=1,
        description="For visualwakewords: objects of this part of the photo's area do not count.",
        json_schema_extra=placed("expert", 11),
    )

"""The options of every verb that reads a data set."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from regraft.core import Options, placed
from regraft.data import Reading, SplitFolders


class SourceOptions(Options):
    """How a data set is read, where it does not say so itself."""

    group_by: str | None = Field(
        None,
        description="Images of one object, which stay on one side of every split: a column's name, or a regular "
        "expression on the path whose capture groups name the object.",
        json_schema_extra=placed("data", 20),
    )
    path_column: str | None = Field(
        None,
        description="The table's column with the paths of the images, where it is not recognised by its name.",
        json_schema_extra=placed("data", 40),
    )
    label_column: str | None = Field(
        None,
        description="The table's column with the labels, where it is not recognised by its name.",
        json_schema_extra=placed("data", 41),
    )
    root: Path | None = Field(
        None,
        description="The folder that a table's paths start from; by default the table's, else where they are.",
        json_schema_extra=placed("data", 42),
    )
    split_folders: SplitFolders = Field(
        "auto",
        description="Whether folders called like a split (train, test_set, ...) are splits, not classes: auto looks at "
        "what lies beside and in them.",
        json_schema_extra=placed("data", 30),
    )

    def reading(self) -> Reading:
        """What the options say of the data set."""
        return Reading(
            group_by=self.group_by,
            path_column=self.path_column,
            label_column=self.label_column,
            root=self.root,
            split_folders=self.split_folders,
        )

"""The options of every verb that reads a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from regraft.core import Options, came_later, decides, may_be_remote, placed
from regraft.data.reading import Reading, SplitFolders

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class SourceOptions(Options):
    """How a data set is read, where it does not say so itself."""

    group_by: str | None = Field(
        None,
        description="Images of one object, which stay on one side of every split: a column's name, a regular "
        "expression on the path whose capture groups name the object, or order:60 for each 60 neighbouring files.",
        json_schema_extra=placed("data", 20) | decides("images"),
    )
    path_column: str | None = Field(
        None,
        description="The table's column with the paths of the images, where it is not recognised by its name.",
        json_schema_extra=placed("data", 40) | decides("images") | came_later(),
    )
    label_column: str | None = Field(
        None,
        description="The table's column with the labels, where it is not recognised by its name.",
        json_schema_extra=placed("data", 41) | decides("images") | came_later(),
    )
    root: Path | None = Field(
        None,
        description="The folder that a table's paths start from; by default the table's, else where they are.",
        json_schema_extra=placed("data", 42) | decides("images") | came_later() | may_be_remote(),
    )
    split_folders: SplitFolders = Field(
        "auto",
        description="Whether folders called like a split (train, test_set, ...) are splits, not classes: auto looks at "
        "what lies beside and in them.",
        json_schema_extra=placed("data", 30) | decides("images") | came_later(),
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


def asked_of(options: Options, *, leave_out: AbstractSet[str] = frozenset()) -> dict[str, Any]:
    """What some options ask for, always in the same words: a training is known by them.

    Later options are left out where they have their defaults, and the others keep their first order, so that a training
    which an older version began goes on.
    """
    former = type(options).with_fact("formerly")
    dumped = options.model_dump(mode="json", exclude=set(leave_out))
    asked = {str(former.get(name, name)): value for name, value in dumped.items()}
    usual = type(options)().model_dump(mode="json")
    late = [name for name in type(options).with_fact("came_later") if name in asked]
    later = {name: value for name in late if (value := asked.pop(name)) != usual[name]}
    if "test_fraction" in asked and "group_by" in asked:
        grouping = asked.pop("group_by")
        place = list(asked).index("test_fraction") + 1
        asked = dict([*list(asked.items())[:place], ("group_by", grouping), *list(asked.items())[place:]])
    return asked | later

"""How a data set is to be read, where it does not say so itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

SplitFolders = Literal["auto", "yes", "no"]
"""Whether folders called like a split are splits: auto looks at what is beside and below them."""


@dataclass(frozen=True)
class Reading:
    """What a user says of a data set.

    Attributes:
        group_by: A column of the table, or an expression on the path, that names the groups
            (`Manifest.with_groups_from`); None for the column `group`, if there is one.
        path_column: The table's column of paths; None to recognise it.
        label_column: The table's column of labels; None to recognise it.
        root: The folder that the table's paths start from; None to look where they are.
        split_folders: Whether a folder's sub-folders that are called like a split are splits; auto looks at what is
            beside and below them.
        keep_unlabelled: Keep images of a folder that lie in no class folder, as rows without a label.
    """

    group_by: str | None = None
    path_column: str | None = None
    label_column: str | None = None
    root: Path | None = None
    split_folders: SplitFolders = "auto"
    keep_unlabelled: bool = False

    def options_given(self) -> list[str]:
        """The options with which something was said."""
        given = {
            "--group-by": self.group_by,
            "--path-column": self.path_column,
            "--label-column": self.label_column,
            "--root": self.root,
            "--split-folders": None if self.split_folders == "auto" else self.split_folders,
        }
        return [option for option, value in given.items() if value is not None]

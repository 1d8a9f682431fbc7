"""Names by which columns of tables are recognised, and columns of yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from regraft.data.tables.cells import squashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regraft.data.tables.columns import Table

PATH_WORDS = (
    *("path", "file", "filename", "filepath", "image", "imagepath", "imagefile", "imagefilename", "imagename"),
    *("img", "imgpath", "imgfile", "imgname", "photo", "picture", "fname", "fullpath", "relativepath", "relpath"),
    *("imageid", "imgid", "photoid", "pictureid", "fileid", "id"),
)
LABEL_WORDS = (
    *("label", "class", "classname", "category", "target", "labels", "classes", "classlabel", "labelname"),
    *("categoryname", "categories", "targets", "species", "breed", "variety", "diagnosis", "dx", "groundtruth"),
    *("tag", "tags", "classid", "labelid", "categoryid", "targetid", "y"),
)
SPLIT_COLUMN_WORDS = ("split", "subset", "set", "partition", "phase", "usage", "splits", "splitname", "datasplit")
GROUP_WORDS = ("group",)
HEADER_WORDS = frozenset((*PATH_WORDS, *LABEL_WORDS, *SPLIT_COLUMN_WORDS, *GROUP_WORDS))
"""Names that are recognised, in lower case without anything but letters and digits; the first one wins."""
_IS_ONE = {"0": False, "0.0": False, "1": True, "1.0": True, "true": True, "false": False}

Cells: TypeAlias = "Sequence[str | None]"


def first_named(table: Table, wanted: Sequence[str], but: Iterable[str | None] = ()) -> str | None:
    """The column of the first of some words that is there."""
    by_name = {squashed(name): name for name in reversed(table.names) if name not in but}
    return next((by_name[word] for word in wanted if word in by_name), None)


def is_one(cell: str | None) -> bool:
    """Whether a cell of a column of ones and zeros is a one."""
    return _IS_ONE[(cell or "0").lower()]


def is_flag(cells: Cells) -> bool:
    """Whether a column holds nothing but ones and zeros."""
    return all((cell or "0").lower() in _IS_ONE for cell in cells)

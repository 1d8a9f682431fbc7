"""download_and_convert_data: a published data set as TF-Slim's shards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import shell_quoted
from regraft.recipes import convert_dataset, get_dataset, show_dataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.core import Progress
    from regraft.slim.flags import Given

_SETTINGS = {
    "archives": "archives",
    "foreground_class_of_interest": "foreground_class",
    "small_object_area_threshold": "small_object_area",
}


def convert(given: Given, progress: Progress, say: Callable[[str], None]) -> None:
    """Fetch a data set and write its shards and labels.txt; what was done before is not done again.

    Raises:
        OptionError: There is no such data set, or the folder holds something else.
        RegraftError: It cannot be fetched or written.
    """
    row, folder = show_dataset(given.required("dataset_name")), given.required_path("dataset_dir")
    if (folder / "CONVERSION.json").is_file():
        say(f"{folder} is there already: nothing was done. regraft scan {shell_quoted(str(folder))} looks at it.")
        return
    settings: dict[str, Any] = {
        option: given.values[flag] for flag, option in _SETTINGS.items() if given.is_given(flag)
    }
    pictures = folder.parent / f".{folder.name}.pictures"
    source = row.name
    if row.package is None:
        source = str(pictures / row.name)
        get_dataset(row.name, folder=Path(source), progress=progress, **settings)
    result = convert_dataset(source, to="tfrecord", out=folder, progress=progress)
    shutil.rmtree(pictures, ignore_errors=True)
    for note in result.notes:
        say(f"Note: {note}")
    say(f"{folder} holds {row.name} as shards, with labels.txt.")
    say(
        "The same, natively: "
        + (f"regraft datasets get {row.name}, then " if row.package is None else "")
        + f"regraft datasets convert {row.name} --to tfrecord --out {shell_quoted(str(folder))}"
    )

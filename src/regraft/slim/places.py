"""Which data, and where a run goes: TF-Slim's directories as sources and folders of runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, cast

from regraft.core import OptionError
from regraft.slim.weights import is_run

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Options
    from regraft.slim.flags import Given

SplitName = Literal["all", "train", "val", "test"]

_SHARD_SUFFIXES = (".tfrecord", ".tar", ".parquet")
_SPLITS = {"train": "train", "validation": "val", "val": "val", "test": "test"}


def split_name(given: Given) -> SplitName:
    """The native name of a split.

    Raises:
        OptionError: There is no such split.
    """
    name = given.text("dataset_split_name") or ""
    if name not in _SPLITS:
        raise OptionError(f"--dataset_split_name={name}: there are train, validation and test.")
    return cast("SplitName", _SPLITS[name])


def data_source(given: Given) -> str:
    """The data set that TF-Slim's directory means: its shards of that name, or all that is in it.

    Raises:
        OptionError: The directory is not there.
    """
    folder = given.required_path("dataset_dir")
    if not folder.exists():
        name = given.text("dataset_name")
        raise OptionError(
            f"There is nothing at --dataset_dir={folder}. To make it: regraft slim download_and_convert_data "
            f"--dataset_name={name} --dataset_dir={folder}"
        )
    pattern = f"{given.text('dataset_name')}_*"
    own = {path for path in folder.glob(pattern) if path.is_file()}
    shards = {path for suffix in _SHARD_SUFFIXES for path in folder.glob(f"*{suffix}")}
    return str(folder / pattern) if own & shards and shards - own else str(folder)


def run_settings(folder: Path) -> dict[str, Any]:
    """The options that make a run go exactly there.

    Raises:
        OptionError: The folder holds something else.
    """
    if folder.is_dir() and not is_run(folder):
        try:
            folder.rmdir()
        except OSError:
            raise OptionError(f"{folder} is no run, and not empty. Choose another folder.") from None
    return {"runs": folder.parent, "name": folder.name}


def is_done(folder: Path, options: Options) -> bool:
    """Whether the very run is there already.

    Raises:
        OptionError: A run with other options is there.
    """
    if not is_run(folder):
        return False
    try:
        recorded = json.loads((folder / "run.json").read_text(encoding="utf-8"))["options"]
    except (OSError, ValueError, KeyError) as error:
        raise OptionError(f"{folder} holds a bundle and no record of its run. Choose another folder.") from error
    asked = options.model_dump(mode="json")
    differing = [name for name in asked if name not in ("runs", "name") and recorded.get(name) != asked[name]]
    if differing:
        first = differing[0]
        raise OptionError(
            f"{folder} holds a finished run with other options (first: {first} was {recorded.get(first)}, is "
            f"{asked[first]}); TF-Slim would have ignored them. Choose another folder, or begin from this one with "
            f"--checkpoint_path={folder}."
        )
    return True

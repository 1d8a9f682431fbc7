"""Which data, and where a run goes: TF-Slim's directories as sources and folders of runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from regraft.core import OptionError, shell_quoted
from regraft.recipes import options_under_way
from regraft.slim.checkpoint_paths import is_run

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Options
    from regraft.slim.flags import Given

Split = Literal["train", "val", "test"]

_SHARD_SUFFIXES = (".tfrecord", ".tar", ".parquet")
_FREE = ("runs", "name", "checkpoint_every")
"""Options that change nothing of what is trained."""
_SPLITS: dict[str, Split] = {"train": "train", "validation": "val", "val": "val", "test": "test"}


def split_name(given: Given) -> Split:
    """The native name of a split.

    Raises:
        OptionError: There is no such split.
    """
    name = given.text("dataset_split_name") or ""
    if name not in _SPLITS:
        raise OptionError(f"--dataset_split_name={name}: there are train, validation and test.")
    return _SPLITS[name]


def dataset_folder(given: Given) -> Path:
    """TF-Slim's directory of a data set.

    Raises:
        OptionError: It is not there.
    """
    folder = given.required_path("dataset_dir")
    if not folder.exists():
        name = given.text("dataset_name")
        raise OptionError(
            f"There is nothing at --dataset_dir={folder}. To make it: regraft slim download_and_convert_data "
            f"{_flag('dataset_name', name)} {_flag('dataset_dir', folder)}"
        )
    return folder


def data_source(given: Given) -> str:
    """The data set that TF-Slim's directory means: its shards of that name, or all that is in it.

    Raises:
        OptionError: The directory is not there.
    """
    folder = dataset_folder(given)
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
    """Whether the very run is there already, or one of more steps.

    Raises:
        OptionError: A run with other options is there, or one of fewer steps.
    """
    if not is_run(folder):
        return False
    try:
        recorded = json.loads((folder / "run.json").read_text(encoding="utf-8"))["options"]
    except (OSError, ValueError, KeyError) as error:
        raise OptionError(f"{folder} holds a bundle and no record of its run. Choose another folder.") from error
    asked, recorded = options.model_dump(mode="json"), _usual(options) | recorded
    differing = _differing(options, recorded)
    if differing == ["steps"] and (sentence := _explain_length(folder, recorded["steps"], asked["steps"])):
        raise OptionError(sentence)
    if differing and differing != ["steps"]:
        first = differing[0]
        raise OptionError(
            f"{folder} holds a finished run with other options (first: {first} was {recorded[first]}, is "
            f"{asked[first]}); TF-Slim would have trained on with them. Choose another folder, or begin from this one "
            f"with {_flag('checkpoint_path', folder)}."
        )
    return True


def begun_otherwise(folder: Path, options: Options) -> list[str]:
    """What to say where a training of this folder was stopped that had other flags: it is not the one that goes on."""
    begun = options_under_way(folder)
    if begun is None or is_run(folder):
        return []
    differing = _differing(options, begun)
    if not differing:
        return []
    asked, begun = options.model_dump(mode="json"), _usual(options) | begun
    first = differing[0]
    return [
        f"A training of {folder} was stopped that had other flags (first: {first} was {begun[first]}, is "
        f"{asked[first]}). TF-Slim would have gone on with it; this one begins at step 0. To go on, give its flags."
    ]


def _differing(options: Options, former: dict[str, Any]) -> list[str]:
    """The options that are not those of before; what an older version did not have, had its default."""
    asked, former = options.model_dump(mode="json"), _usual(options) | former
    return [name for name in asked if name not in _FREE and former[name] != asked[name]]


def _usual(options: Options) -> dict[str, Any]:
    return type(options)().model_dump(mode="json")


def _explain_length(folder: Path, done: int | None, asked: int | None) -> str:
    """What to do where a finished run shall be trained for longer; empty where TF-Slim would have done nothing."""
    if done is not None and asked is not None and asked <= done:
        return ""
    before = "for the verb's own number of epochs" if done is None else f"for {done:,} steps"
    steps = asked - done if done is not None and asked is not None else "N"
    return (
        f"{folder} is finished: it was trained {before}. TF-Slim would have gone on; a finished run keeps its weights, "
        "but not the optimizer's state. To train its network on, begin from it in another folder: "
        f"{_flag('checkpoint_path', folder)} {_flag('train_dir', f'{folder}-more')} --max_number_of_steps={steps}"
        f"{' (N: the steps to add)' if steps == 'N' else ''}."
    )


def _flag(name: str, value: object) -> str:
    """A flag as one word of a command line."""
    return shell_quoted(f"--{name}={value}")

"""A run's folder: filled aside, shown when it is whole."""

from __future__ import annotations

import re
import shutil
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, StoreError, digest_bytes, json_text, quoted, sync_folder
from regraft.experiments.circumstances import installed_versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from regraft.core import Options
    from regraft.experiments.dataset_features import DatasetFeatures


class RunFolder:
    """Collects a run's files in a hidden folder and renames it at the end.

    A failed run leaves nothing, nor the folders that were made for it.

    Where something has come to lie at `final` meanwhile, the end has a number behind its name: nothing is lost.

    Args:
        parent: The folder of runs.
        name: The run's name; None takes `stem`, with a number where that is taken.
        stem: The name to derive one from.

    Raises:
        OptionError: A run with this name exists, or the name is no single folder name.
        StoreError: The folder cannot be written to.
    """

    def __init__(self, parent: Path, name: str | None, stem: str) -> None:
        if name is not None and (not name or name in (".", "..") or re.search(r"[/\\\0]", name)):
            raise OptionError(f"{quoted(name)} cannot be a run's name: it must be a single folder name.")
        self.parent = parent.resolve()
        try:
            self.final = self.parent / (name or self._free_name(stem))
            is_taken = self.final.exists()
        except OSError as error:
            raise _refused(self.parent, error) from error
        if is_taken:
            raise OptionError(f"There is a run at {self.final} already. Choose another --name, or delete it.")
        self.folder = self.parent / f".{uuid.uuid4().hex}.part"
        self._made: list[Path] = []

    def _free_name(self, stem: str) -> str:
        stem = folder_name(stem)
        number = 1
        while (self.parent / (name := stem if number == 1 else f"{stem}-{number}")).exists():
            number += 1
        return name

    def __enter__(self) -> Self:
        try:
            self._made = [folder for folder in (self.parent, *self.parent.parents) if not folder.exists()]
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise _refused(self.parent, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            with suppress(OSError):  # another run is in it by now
                for folder in self._made:
                    folder.rmdir()
            return
        if self.final.exists():  # somebody else has made it since
            self.final = self.parent / self._free_name(self.final.name)
        self.folder.rename(self.final)
        sync_folder(self.parent)


def _refused(parent: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The run cannot be written to {parent} ({error.strerror}). Name a folder that can be written with --runs."
    )


def folder_name(text: str) -> str:
    """A name that a folder can have on every system, like the text."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "run"


def write_record(
    folder: Path,
    *,
    source: str,
    options: Options,
    seconds: dict[str, float],
    data: DatasetFeatures,
    rates: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Write `run.json`: what was asked for, on which data, with which versions, in what time.

    Args:
        folder: The run's.
        source: The data set, as it was named.
        options: What was asked for.
        seconds: Of each stage.
        data: The images that were used, and the engine.
        rates: Learning rates of a training.
    """
    record: dict[str, Any] = {
        "source": source,
        "options": options.model_dump(mode="json"),
        "data_digest": digest_bytes("".join(sorted(data.digests)).encode()),
        "n_images": len(data.digests),
        "engine": data.choice.fingerprint,
        "engine_reason": data.choice.reason,
        "seconds": seconds,
        "versions": installed_versions(),
    }
    if rates is not None:
        record["learning_rates"] = list(rates)
    (folder / "run.json").write_text(json_text(record, indent=2) + "\n", encoding="utf-8")

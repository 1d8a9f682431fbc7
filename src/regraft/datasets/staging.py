"""A folder that is made aside and appears by one rename: whole, or not there.

Until then everything lies in `.FOLDER.getting` (or `.converting`) beside its place: whatever stops a run, the same
command goes on from there. One process at a time makes it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from regraft.core import InterruptedRunError, OptionError, StoreError, exclusive, quoted, shortened, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regraft.core import Progress

_SECONDS_TO_WAIT = 2.0
Record = TypeVar("Record")
"""What is kept in such a folder of how it was made."""


@dataclass(frozen=True)
class StagedFolder(Generic[Record]):
    """The place of a folder that is to be made, or is there already.

    Attributes:
        target: Where it appears; absolute.
        activity: What is done to make it: the ending of the place aside.
        option: The option that names the folder.
        read: The record of a folder; None where it has none. Raises where it is another one, or was changed.
        kept: What a run that is stopped leaves, as the beginning of a sentence.
        progress: Where to report.
    """

    target: Path
    activity: str
    option: str
    read: Callable[[Path], Record | None]
    kept: Callable[[Path], str]
    progress: Progress

    @property
    def aside(self) -> Path:
        """Where everything lies until it is whole."""
        return self.target.parent / f".{self.target.name}.{self.activity}"

    def recognise(self) -> Record | None:
        """The record of what is there already; None where the folder can be made.

        Raises:
            OptionError: The place is taken by something else.
            DataError: What was made has been changed since.
        """
        if not self.target.exists():
            return None
        found = self.read(self.target) if self.target.is_dir() else None
        if found is not None:
            return found
        if not self.target.is_dir() or self.target == Path.cwd():
            raise OptionError(
                f"{self.target} is a file or the current folder. Name a folder to make, with {self.option}."
            )
        if (first := next(self.target.iterdir(), None)) is not None:
            raise OptionError(
                f"{self.target} holds something else already (first: {quoted(first.name)}). Nothing was written: "
                f"choose another place with {self.option}."
            )
        return None

    def make(self, build: Callable[[Path], tuple[Path, Record]]) -> Record:
        """Build it aside, and let it appear.

        Args:
            build: Makes all of it below `aside`; returns the folder that it made there, and its record.

        Raises:
            StoreError: Another process is at it.
            InterruptedRunError: Ctrl-C.
        """
        try:
            with exclusive(self.aside / "lock.sqlite", timeout_seconds=_SECONDS_TO_WAIT):
                record = self.recognise()  # another process may have been faster
                if record is None:
                    whole, record = build(self.aside)
                    self._reveal(whole)
        except KeyboardInterrupt:
            raise InterruptedRunError(
                f"Stopped. {self.kept(self.aside)}: run the same command again to go on."
            ) from None
        return record

    def _reveal(self, whole: Path) -> None:
        if hasattr(os, "sync"):
            self.progress.start("Waiting for the disk", 1, unit="folder")
            os.sync()  # its images were not made durable one by one
        if self.target.is_dir():
            self.target.rmdir()  # it is empty
        whole.rename(self.target)
        sync_folder(self.target.parent)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Recognise and make it within: what the system refuses becomes a sentence, and in the end nothing lies aside.

        Raises:
            StoreError: The disk is full or forbids it.
        """
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{error.filename or self.target} cannot be written or read ({error.strerror or error}). Free some "
                f"space, or choose another place with {self.option}. What is finished is kept: the same command goes "
                "on."
            ) from error
        shutil.rmtree(self.aside, ignore_errors=True)  # also that of a run that died after the last step


def resolve_folder(folder: Path) -> Path:
    """The absolute path of a folder that the user named.

    Raises:
        OptionError: It leads nowhere.
    """
    try:
        return folder.resolve()
    except (OSError, RuntimeError) as error:  # forbidden, links in a circle
        raise OptionError(f"The folder {shortened(str(folder))} cannot be found ({error}).") from error

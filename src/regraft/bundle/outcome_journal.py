"""What was told of images so far, beside the file that it will be: a run that is killed goes on from there.

FILE.partial/asked.json       of which classifier, of what, of which images
FILE.partial/outcomes.jsonl   one line for each image, in their order; a block of lines is durable before the next
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.bundle.predictions import Prediction
from regraft.core import OptionError, StoreError, Value, atomic_path, exclusive, plural
from regraft.data import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regraft.bundle.predictions import Outcome

_SUFFIX = ".partial"


class Asked(Value):
    """What was asked: outcomes of two commands stand in one file only where this is the same.

    Attributes:
        bundle: Digest of the classifier's record.
        top_k: How many classes are named.
        unknown: Whether it is said which images look like none of the classes.
        images: Digest of the images' names, in their order.
        n_images: How many there are.
    """

    bundle: str
    top_k: int
    unknown: bool
    images: str
    n_images: int


@dataclass(eq=False)
class Journal:
    """The outcomes so far.

    Attributes:
        path: One line for each.
        n_done: How many there are.
    """

    path: Path
    n_done: int

    @property
    def aside(self) -> Path:
        """Where the file is written before it appears."""
        return self.path.with_name("whole")

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Keep some more; they are on the disk when this ends.

        Raises:
            OSError: The disk is full, or forbids it.
        """
        with self.path.open("ab") as file:
            file.write("".join(f"{one.model_dump_json()}\n" for one in outcomes).encode())
            file.flush()
            os.fsync(file.fileno())
        self.n_done += len(outcomes)

    def read(self) -> Iterator[Outcome]:
        """All of them.

        Raises:
            StoreError: They are damaged.
        """
        with self.path.open("rb") as file:
            for line in file:
                try:
                    values = json.loads(line)
                    outcome = (Unreadable if "reason" in values else Prediction).model_validate(values)
                except ValueError:
                    raise _damaged(self.path) from None
                yield outcome


@contextmanager
def open_journal(out: Path, asked: Asked) -> Iterator[Journal]:
    """The journal of a file that is being written; it is removed when that is done, and stays after an error.

    Args:
        out: The file.
        asked: What is asked.

    Raises:
        OptionError: It was begun with another classifier, other options or other images.
        StoreError: Another process is writing it, or it is damaged.
        OSError: The disk is full, or forbids it.
    """
    folder = out.with_name(f"{out.name}{_SUFFIX}")
    begun, path = folder / "asked.json", folder / "outcomes.jsonl"
    with _alone(folder, out):
        if begun.exists():
            _require_same(out, folder, _read_asked(begun), asked)
        else:
            path.unlink(missing_ok=True)
            with atomic_path(begun) as aside:
                aside.write_text(asked.exact_json(), encoding="utf-8")
        yield Journal(path, _without_torn_end(path))
        for done in (path, begun):
            done.unlink()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(folder: Path, out: Path) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(folder / "lock.sqlite", timeout_seconds=0))
        except StoreError:
            message = f"Another process is writing {out}. Wait until it has finished, or give another --out."
            raise StoreError(message) from None
        yield


def _read_asked(path: Path) -> Asked:
    try:
        return Asked.from_exact_json(path.read_bytes())
    except ValueError:
        raise _damaged(path) from None


def _damaged(path: Path) -> StoreError:
    return StoreError(f"{path} is damaged. Remove the folder {path.parent} and run the command again: it begins anew.")


def _require_same(out: Path, folder: Path, begun: Asked, asked: Asked) -> None:
    """See that what is there answers what is asked."""
    if begun == asked:
        return
    if begun.bundle != asked.bundle:
        what = "another classifier"
    elif (begun.top_k, begun.unknown) != (asked.top_k, asked.unknown):
        what = f"other options ({_options(begun)}; now {_options(asked)})"
    else:
        what = f"other images ({plural(begun.n_images, 'image')}; now {asked.n_images:,}, or others)"
    raise OptionError(
        f"{out} was begun with {what}: what is in {folder} cannot be gone on with. Run the former command again to "
        "finish it, give another --out, or remove that folder to begin anew."
    )


def _options(asked: Asked) -> str:
    return f"--top-k {asked.top_k} {'--unknown' if asked.unknown else '--no-unknown'}"


def _without_torn_end(path: Path) -> int:
    """Cut off what a killed process has not finished writing; gives the number of whole lines."""
    path.touch()
    n_lines, end = 0, 0
    with path.open("rb+") as file:
        for line in file:
            if not line.endswith(b"}\n"):
                break
            n_lines, end = n_lines + 1, end + len(line)
        file.truncate(end)
    return n_lines

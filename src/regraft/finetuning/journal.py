"""What a training reports while it runs: `log.jsonl`, and TensorBoard's event files where its writer is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regraft.core import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LOG_FILE = "log.jsonl"
EVENTS_FOLDER = "tensorboard"


class Journal:
    """Appends to a training's logs.

    Each line of `log.jsonl` is an object with `kind`, `step` and numbers; it is on its way to the disk when `record`
    returns. A line that a killed process left unfinished is removed.

    Args:
        folder: The training's folder.

    Attributes:
        has_tensorboard: Whether event files are written too (pip install 'regraft[tensorboard]').
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / LOG_FILE
        self._events = folder / EVENTS_FOLDER
        self._keep(lambda _entry: True)
        self._writer = self._open_writer(None)
        self.has_tensorboard = self._writer is not None

    def record(self, kind: str, step: int, **numbers: float) -> None:
        """Log numbers at a step."""
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json_text({"kind": kind, "step": step, **numbers}) + "\n")
        if self._writer is not None:
            for name, value in numbers.items():
                self._writer.add_scalar(f"{kind}/{name}", value, step)

    def histograms(self, kind: str, step: int, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """The distribution of each array's numbers, for TensorBoard only."""
        if self._writer is not None:
            for name, values in arrays.items():
                self._writer.add_histogram(f"{kind}/{name}", values, step)

    def image(self, name: str, pixels: NDArray[np.uint8], step: int) -> None:
        """A picture (h, w, 3), for TensorBoard only."""
        if self._writer is not None:
            self._writer.add_image(name, pixels, step, dataformats="HWC")

    def rewind(self, step: int) -> None:
        """Forget what was logged after a step: the training goes on from there."""
        if self._keep(lambda entry: entry["step"] <= step) and self._writer is not None:
            self._writer.close()
            self._writer = self._open_writer(step + 1)

    def close(self) -> None:
        """Finish the event files."""
        if self._writer is not None:
            self._writer.close()

    def _open_writer(self, purge_step: int | None) -> Any:
        try:
            from tensorboardX import SummaryWriter  # type: ignore[import-not-found,import-untyped,unused-ignore]
        except ImportError:
            return None
        return SummaryWriter(str(self._events), purge_step=purge_step)

    def _keep(self, wanted: Callable[[dict[str, Any]], bool]) -> bool:
        """Only whole lines whose entries are wanted; whether there were others."""
        if not self._path.is_file():
            return False
        content = self._path.read_text(encoding="utf-8", errors="replace")
        kept = "".join(json_text(entry) + "\n" for entry in read_journal(self._path.parent) if wanted(entry))
        self._path.write_text(kept, encoding="utf-8")
        return kept != content


def read_journal(folder: Path) -> list[dict[str, Any]]:
    """The entries of a folder's `log.jsonl`, without one that was not finished."""
    entries = []
    for line in (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return entries

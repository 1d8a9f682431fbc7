"""The states of a training on disk: whole or not there, proved when read, no pickle.

A checkpoint is one safetensors file, `step-STEP-DIGEST.safetensors`. The metadata `state` holds the state's tree as
JSON (`state_trees`), `score` how good the best epoch was. The digest in the name is that of all bytes: a flipped bit
anywhere is found, a damaged checkpoint is skipped, and the one before it is used.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import StoreError, digest_bytes, publish, read_tensor_header
from regraft.finetuning.state_trees import flatten_state, restore_state

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.finetuning.devices import World

_NAME = re.compile(r"step-(\d+)-([0-9a-f]{64})\.safetensors")
_N_BYTES_MAX = 64 << 30


@dataclass(frozen=True, eq=False)
class Restored:
    """A state that was read.

    Attributes:
        step: Its step.
        tree: The state.
        skipped: A sentence for each newer checkpoint that is damaged.
    """

    step: int
    tree: Any
    skipped: tuple[str, ...]


class CheckpointFolder:
    """The last states of a training, and the one with the best score.

    Args:
        folder: Created when something is saved.
        keep_last: How many of the newest are kept.
    """

    def __init__(self, folder: Path, keep_last: int = 2) -> None:
        self.folder = folder
        self.keep_last = keep_last

    def save(self, step: int, tree: Any, *, score: float | None = None) -> Path:
        """Keep a state, durably, and then delete those that are not needed any more.

        Args:
            step: Steps that are done.
            tree: What `flatten_state` takes.
            score: Higher is better; None where nothing was measured.

        Raises:
            StoreError: The disk is full or cannot be written to; older checkpoints are intact.
        """
        from safetensors.torch import save

        structure, tensors = flatten_state(tree)
        content = save(tensors, metadata={"state": json.dumps(structure), "score": json.dumps(score)})
        path = self.folder / f"step-{step:08}-{digest_bytes(content)}.safetensors"
        aside = self.folder / f".{uuid.uuid4().hex}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
            publish(aside, path)
        except OSError as error:
            raise StoreError(
                f"The checkpoint of step {step:,} cannot be written to {self.folder}: {error}. The former one is "
                "intact: free some space and run the same command again."
            ) from error
        finally:
            aside.unlink(missing_ok=True)
        self._tidy(path)
        return path

    @property
    def newest_step(self) -> int | None:
        """The step of the newest checkpoint, whole or not; None where there is none."""
        return next((step for step, _path in self._paths()), None)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are kept, whole or not, the newest last."""
        return tuple(sorted({step for step, _path in self._paths()}))

    def load_latest(self) -> Restored | None:
        """The newest whole checkpoint; None where there is none at all.

        Raises:
            StoreError: All checkpoints are damaged.
        """
        damaged: list[int] = []
        for step, path in self._paths():
            tree = _read(path)
            if tree is not None:
                return Restored(
                    step,
                    tree,
                    tuple(
                        f"The checkpoint of step {bad:,} is damaged: the one of step {step:,} is used."
                        for bad in damaged
                    ),
                )
            damaged.append(step)
        if damaged:
            raise StoreError(
                f"All checkpoints in {self.folder} are damaged (newest: step {damaged[0]:,}). Delete the folder to "
                "begin anew."
            )
        return None

    def load_together(self, world: World) -> Restored | None:
        """The newest whole checkpoint of process 0, in all processes, whether or not they see its disk.

        Args:
            world: The processes.

        Raises:
            StoreError: All checkpoints are damaged.
            TrainingError: Another process was lost.
        """
        from safetensors.torch import load, save

        if world.size == 1:
            return self.load_latest()
        own: list[Restored | None] = []
        told = world.from_leader(lambda: self._outline(own))
        if told is None:
            return None
        step, skipped, structure = told
        content = None
        if own and own[0] is not None:
            content = np.frombuffer(save(flatten_state(own[0].tree)[1]), np.uint8)
        received = world.spread(content, 0)
        return own[0] if own else Restored(step, restore_state(structure, load(received.tobytes())), skipped)

    def _outline(self, own: list[Restored | None]) -> tuple[int, tuple[str, ...], Any] | None:
        """Read the newest checkpoint into a list; all of it but the tensors."""
        restored = self.load_latest()
        own.append(restored)
        return None if restored is None else (restored.step, restored.skipped, flatten_state(restored.tree)[0])

    def _paths(self) -> list[tuple[int, Path]]:
        """Steps and files, newest first."""
        if not self.folder.is_dir():
            return []
        found = [(int(name[1]), path) for path in self.folder.iterdir() if (name := _NAME.fullmatch(path.name))]
        return sorted(found, key=lambda item: (item[0], item[1].name), reverse=True)

    def _tidy(self, newest: Path) -> None:
        paths = [path for _step, path in self._paths()]
        best = max(paths, key=lambda path: (_score(path), path == newest))
        for path in paths[self.keep_last :]:
            if path not in (best, newest):
                path.unlink(missing_ok=True)
        for path in self.folder.glob(".*.tmp"):  # of a writer that was killed
            path.unlink(missing_ok=True)


def _read(path: Path) -> Any:
    """The state in a file, or None where the file is damaged."""
    from safetensors.torch import load

    name = _NAME.fullmatch(path.name)
    try:
        if name is None or path.stat().st_size > _N_BYTES_MAX:
            return None
        content = path.read_bytes()
        if digest_bytes(content) != name[2]:
            return None
        return restore_state(json.loads(read_tensor_header(path).metadata["state"]), load(content))
    except (OSError, StoreError, ValueError, KeyError, RecursionError, TypeError):
        return None


def _score(path: Path) -> float:
    try:
        score = json.loads(read_tensor_header(path).metadata["score"])
        return -float("inf") if score is None else float(score)
    except (OSError, StoreError, ValueError, KeyError, TypeError):
        return -float("inf")

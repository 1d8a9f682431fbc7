"""Decisions that depend on measured time: made once for a training, and remembered in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from regraft.core import Value, atomic_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regraft.finetuning import World

Decision = TypeVar("Decision", bound=Value)


def decide_once(path: Path, kind: type[Decision], decide: Callable[[], Decision], world: World) -> Decision:
    """What was decided for a training before, or is now, by one process for all.

    Args:
        path: The file that remembers it.
        kind: What the file holds.
        decide: Decides; called in every process.
        world: The processes.
    """
    kept = world.of_leader(path.read_bytes() if path.is_file() else None)  # other machines do not see the file
    if kept is not None:
        return kind.from_exact_json(kept)
    decided: Decision = world.of_leader(decide())
    if world.rank == 0:
        with atomic_path(path) as aside:
            aside.write_text(decided.exact_json())
    return decided

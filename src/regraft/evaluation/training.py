"""What a report says of a training: how it went, what was tried, and what was gained. Numbers in, geometry out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from regraft.core import Value
from regraft.evaluation.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

N_CHANGED = 50


class EpochScores(Value):
    """One epoch: mean loss and accuracy; None where nothing was validated."""

    number: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


class TrainingStory(Value):
    """How a network was trained, and why.

    Attributes:
        verdict: Whether fine-tuning was worth it; None where nobody asked.
        decisions: What was trained, where the run was taken up, and other sentences.
        epochs: The curves.
        best_epoch: The one that is kept; None for the last.
        tables: The ladder, the learning rates, the images that changed.
        augmented: A JPEG, base64: rows of an image and its views as the network saw them.
    """

    verdict: str | None = None
    decisions: tuple[str, ...] = ()
    epochs: tuple[EpochScores, ...] = ()
    best_epoch: int | None = None
    tables: tuple[Table, ...] = ()
    augmented: str | None = Field(None, pattern=r"^[A-Za-z0-9+/=]*$")


def changed_images(
    paths: Sequence[str],
    labels: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    class_names: Sequence[str],
) -> tuple[Table, ...]:
    """Images that were wrong and are right now, and the other way round.

    Args:
        paths: n images.
        labels: (n,) what they are.
        before: (n,) what the one classifier says.
        after: (n,) what the other one says.
        class_names: Names of the classes.
    """
    tables = []
    for title, chosen in (
        ("Wrong before, right now", (before != labels) & (after == labels)),
        ("Right before, wrong now", (before == labels) & (after != labels)),
    ):
        rows = chosen.nonzero()[0].tolist()
        tables.append(
            Table(
                title=f"{title}: {len(rows):,}" + (f", the first {N_CHANGED}" if len(rows) > N_CHANGED else ""),
                columns=("image", "is", "before", "now"),
                rows=tuple(
                    (paths[row], *(class_names[int(column[row])] for column in (labels, before, after)))
                    for row in rows[:N_CHANGED]
                ),
            )
        )
    return tuple(tables)

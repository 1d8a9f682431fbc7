"""What becomes of a bundle's answers to a user's images when it is computed in another way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.evaluation import Estimate, PairedDifference, compare_paired, estimate_share, sampling_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Judgement
    from regraft.exporting.proof_images import ProofImages

N_NAMED = 20
_CONFIDENCE = 0.95


class AnswerChange(Value):
    """Answers to a user's images, beside those of the bundle in float32.

    Attributes:
        n_images: That both answered.
        n_changed: That get another class.
        changed: The first of them.
        largest_difference: Of a probability.
        changed_share: Of these images; None where there are none.
        n_sets_changed: That get another set of classes; None where the classifier names no sets.
        n_measured: Images with a label that the classifier was not trained on, as far as that is known.
        accuracy: On these; None where there are none.
        reference: The bundle's, on the same.
        difference: The first minus the second.
    """

    n_images: int
    n_changed: int
    changed: tuple[str, ...]
    largest_difference: float
    changed_share: Estimate | None = None
    n_sets_changed: int | None = None
    n_measured: int
    accuracy: Estimate | None = None
    reference: Estimate | None = None
    difference: PairedDifference | None = None

    @property
    def drop(self) -> float:
        """How many percentage points of accuracy are lost; without labels no more than the share of changed answers."""
        lost = -self.difference.value if self.difference is not None else self.n_changed / max(self.n_images, 1)
        return 100 * lost

    @property
    def drop_ends(self) -> tuple[float, float]:
        """The 95 % interval of `drop`, as far as these images tell it."""
        if self.difference is not None:
            return -100 * self.difference.high, -100 * self.difference.low
        if self.changed_share is None:
            return self.drop, self.drop
        low, high = self.changed_share.ends
        return 100 * low, 100 * high

    def of_reference(self) -> AnswerChange:
        """The bundle's own answers in float32, beside themselves."""
        update = {
            "n_changed": 0,
            "changed": (),
            "largest_difference": 0.0,
            "changed_share": None,
            "n_sets_changed": None if self.n_sets_changed is None else 0,
            "accuracy": self.reference,
            "difference": None,
        }
        return self.model_copy(update=update)


@dataclass(eq=False)
class AnswerLog:
    """Collects answers, block by block.

    Attributes:
        proof: Whose images they answer.
    """

    proof: ProofImages
    _rows: list[int] = field(default_factory=list, init=False)
    _best: list[NDArray[np.int64]] = field(default_factory=list, init=False)
    _reference: list[NDArray[np.int64]] = field(default_factory=list, init=False)
    _is_other_set: list[NDArray[np.bool_]] = field(default_factory=list, init=False)
    _largest: float = field(default=0.0, init=False)

    def add(self, rows: Sequence[int], answered: Judgement, reference: Judgement) -> NDArray[np.bool_]:
        """Take what is said of some of the images.

        Args:
            rows: m positions among the proof's files.
            answered: Of these.
            reference: The bundle's.

        Returns:
            (m,) which of them get another class.
        """
        self._rows += rows
        self._best.append(answered.probabilities.argmax(axis=1))
        self._reference.append(reference.probabilities.argmax(axis=1))
        self._largest = max(self._largest, largest(answered.probabilities - reference.probabilities))
        if answered.named is not None and reference.named is not None:
            self._is_other_set.append((answered.named != reference.named).any(axis=1))
        return np.asarray(self._best[-1] != self._reference[-1])

    def change(self) -> AnswerChange | None:
        """What became of the answers; None where there are none."""
        if not self._rows:
            return None
        best, reference, rows = np.concatenate(self._best), np.concatenate(self._reference), np.array(self._rows)
        is_changed = best != reference
        is_measured = self.proof.is_measured[rows]
        measured = rows[is_measured]
        found = AnswerChange(
            n_images=len(rows),
            n_changed=int(is_changed.sum()),
            changed=tuple(self.proof.names[row] for row in rows[is_changed][:N_NAMED]),
            largest_difference=self._largest,
            changed_share=estimate_share(is_changed, sampling_units(len(rows), self._groups(rows)), _CONFIDENCE),
            n_sets_changed=int(np.concatenate(self._is_other_set).sum()) if self._is_other_set else None,
            n_measured=len(measured),
        )
        if not len(measured):
            return found
        labels, groups = self.proof.labels[measured], self._groups(measured)
        is_right, was_right = best[is_measured] == labels, reference[is_measured] == labels
        units = sampling_units(len(measured), groups)
        return found.model_copy(
            update={
                "accuracy": estimate_share(is_right, units, _CONFIDENCE),
                "reference": estimate_share(was_right, units, _CONFIDENCE),
                "difference": compare_paired(is_right, was_right, groups=groups),
            }
        )

    def _groups(self, rows: NDArray[np.int64]) -> list[str | None]:
        return [self.proof.groups[row] for row in rows]


def largest(differences: NDArray[np.floating]) -> float:
    """The largest absolute value; infinite where one is no number.

    Args:
        differences: Any number of them.
    """
    found = np.abs(differences).max(initial=0.0)
    return float(found) if np.isfinite(found) else float("inf")

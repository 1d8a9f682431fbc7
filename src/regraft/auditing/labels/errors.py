"""Labels that may be wrong, the most suspicious first, and how many of them would be found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import NotChecked, require
from regraft.auditing.findings import Action, AuditFinding, Case, make_audit_finding
from regraft.auditing.labels.confident import of_label
from regraft.auditing.labels.opinions import Opinions, alternatives, look_twice
from regraft.auditing.labels.planting import LOOKED_AT, Ground
from regraft.auditing.labels.votes import neighbours_outside, vote
from regraft.core import plural
from regraft.evaluation import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.labels.planting import Trial
    from regraft.heads import FoldRefits

_N_IMAGES_MIN = 40
_CAUSE = "A slip of who labelled them, images that could be either, or a border that people draw differently."
_ADVICE = "Look at these images in this order; relabel those that are wrong, and leave the others as they are."


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """What is said of the labels of n images.

    Attributes:
        said: By heads and neighbours: suspicions, likely classes.
        trials: What came of planted errors, by their kind.
    """

    said: Opinions
    trials: Mapping[str, Trial]

    @cached_property
    def n_contradicted(self) -> int:
        """How many labels the heads confidently contradict: the estimate of the number of errors."""
        return int((self.said.likely != self.said.labels).sum())

    @cached_property
    def n_at_least(self) -> int:
        """How many of these the neighbours contradict, too."""
        return int(self.said.is_seconded.sum())

    @cached_property
    def n_at_most(self) -> int:
        """The number of errors beyond which planted ones would not rank as far ahead as they do.

        If a part r of the planted errors comes up while a part t of the images is looked at, so does about the part r
        of the true ones, and these are at most what was looked at: there are at most t / r (Scott 2015, "A rate of
        convergence for mixture proportion estimation"). For r its lower limit is taken, and of all t from the first
        quarter of the planted on the one that says most.
        """
        ranks = np.sort(np.concatenate([trial.ranks for trial in self.trials.values()]))
        n_images, n_planted = len(self.said.labels), len(ranks)
        least = 1.0
        for n_found in range(-(-n_planted // 4), n_planted + 1):
            recall = wilson_interval(n_found / n_planted, n_planted)[0]
            least = min(least, (ranks[n_found - 1] + 1 / n_images) / recall)
        return max(round(least * n_images), self.n_contradicted)

    @property
    def recall_intervals(self) -> list[tuple[float, float]]:
        """Of each kind of planted errors, where the recall of true ones of this kind lies at 95 %."""
        return [trial.recall_interval(self.n_contradicted) for trial in self.trials.values()]

    @property
    def can_tell(self) -> bool:
        """Whether planted errors come up more often than by chance: else nothing can be said of these labels."""
        trial = self.trials["random"]
        return wilson_interval(trial.n_found / trial.n_planted, trial.n_planted)[0] > LOOKED_AT

    @property
    def matters(self) -> bool:
        """Whether the least that there may be moves the accuracy by more than its own uncertainty."""
        is_right = self.said.heads.probabilities.argmax(axis=1) == self.said.labels
        low, high = wilson_interval(float(is_right.mean()), len(is_right))
        return self.n_at_least / len(is_right) > (high - low) / 2


def judge_labels(images: AuditedImages, refits: FoldRefits, *, seed: int = 0) -> LabelErrors:
    """Which labels are contradicted by what has not seen them, in which order to look, and what would be found.

    The contradicted ones are counted by confident learning (`confident`) on heads that looked twice (`opinions`); they
    rank by how badly the label fits (`suspicions`).

    Args:
        images: With features and folds.
        refits: Heads on these images' features and folds.
        seed: Of the planted errors.

    Raises:
        ValueError: There are no folds.
        NotChecked: There are fewer than 40 images that can be judged, or one class.
    """
    if images.fold_of is None:
        raise ValueError("these images have no folds")
    require(len(images), _N_IMAGES_MIN, "image")
    require(len(np.unique(images.labels)), 2, "class", "classes")
    first, second = look_twice(refits, images.labels)
    neighbours = neighbours_outside(images.embedding, images.fold_of)
    said = Opinions(images.labels, second, vote(neighbours, images.labels, images.n_classes))
    n_judged = int(said.is_judged.sum())
    require(
        n_judged,
        _N_IMAGES_MIN,
        "image with others of its class beside it",
        "images with others of their class beside them",
    )
    ground = Ground(refits, first, second, images.labels, images.units, neighbours, said.is_seconded)
    return LabelErrors(said, ground.of_bounded_size(seed=seed).plant(seed=seed))


def find_label_errors(images: AuditedImages, found: LabelErrors) -> tuple[AuditFinding, ...]:
    """What `judge_labels` found, for people; nothing where nothing is contradicted.

    Args:
        images: That were judged.
        found: What it found.

    Raises:
        NotChecked: Not even errors that were planted would be found.
    """
    n_planted = sum(trial.n_planted for trial in found.trials.values())
    if not found.can_tell:
        raise NotChecked(f"of {plural(n_planted, 'label')} that were changed on trial no more came up than by chance")
    if not found.n_contradicted:
        return ()
    recall = fmean(trial.recall for trial in found.trials.values())
    low, high = (fmean(ends) for ends in zip(*found.recall_intervals, strict=True))
    message = (
        f"{_how_many(found, len(images))} may be wrong. Who looks at the first {LOOKED_AT:.0%} of the images finds "
        f"about {recall:.0%} ({low:.0%} to {high:.0%}) of such errors: so it was with {n_planted:,} labels that were "
        f"changed on trial.{_not_judged(found.said)}"
    )
    finding = make_audit_finding(
        "labels",
        "label_errors",
        message,
        severity="warning" if found.matters else "note",
        certainty="likely" if found.n_at_least else "possible",
        cause=_CAUSE,
        advice=_ADVICE,
        n=found.n_contradicted,
        evidence=_evidence(found),
        cases=_cases(images, found.said),
    )
    return (finding,)


def _how_many(found: LabelErrors, n_images: int) -> str:
    low, middle, high = found.n_at_least, found.n_contradicted, found.n_at_most
    if low < middle < high:
        return f"About {plural(middle, 'label')} of {n_images:,} ({low:,} to {high:,})"
    return f"{low:,} to {high:,} of {n_images:,} labels" if low < high else f"About {low:,} of {n_images:,} labels"


def _not_judged(said: Opinions) -> str:
    n_left = int((~said.is_judged).sum())
    left = plural(n_left, "label")
    return f" {left} could not be judged: there are no others of these classes beside them." if n_left else ""


def _evidence(found: LabelErrors) -> dict[str, float | int | str]:
    return {
        "n_images": len(found.said.labels),
        "n_judged": int(found.said.is_judged.sum()),
        "n_contradicted": found.n_contradicted,
        "n_at_least": found.n_at_least,
        "n_at_most": found.n_at_most,
        **{f"recall_{name}": trial.recall for name, trial in found.trials.items()},
        **{
            f"recall_{name}_{end}": value
            for name, ends in zip(found.trials, found.recall_intervals, strict=True)
            for end, value in zip(("low", "high"), ends, strict=True)
        },
        **{f"n_planted_{name}": trial.n_planted for name, trial in found.trials.items()},
        "recall_by_chance": LOOKED_AT,
    }


def _cases(images: AuditedImages, said: Opinions) -> Iterator[Case]:
    """The contradicted ones in order; relabelling is proposed where neighbours second it."""
    likely = alternatives(said.labels, said.heads.probabilities)
    probabilities = of_label(likely, said.heads.probabilities)
    contradicted = np.flatnonzero(said.likely != said.labels)
    for row in contradicted[np.argsort(-said.suspicions[contradicted], kind="stable")].tolist():
        label, name = images.class_names[said.labels[row]], images.class_names[likely[row]]
        yield Case(
            paths=(images.paths[row],),
            note=f"labelled {label}, looks like {name} ({probabilities[row]:.0%})",
            score=float(said.suspicions[row]),
            actions=(Action(verb="relabel", to=name) if said.is_seconded[row] else Action(verb="keep"),),
        )

"""Labels that may be wrong, the most suspicious first, and how many of them would be found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.findings import Action, AuditFinding, Case, make_audit_finding
from regraft.auditing.labels.confident import of_label
from regraft.auditing.labels.opinions import Judges
from regraft.auditing.labels.planting import LOOKED_AT, plant_errors
from regraft.core import plural
from regraft.data import cluster_units
from regraft.evaluation import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.labels.opinions import Opinions
    from regraft.auditing.labels.planting import Trial
    from regraft.heads import FoldRefits

_N_IMAGES_MIN = 40
_CAUSE = "A slip of who labelled them, images that could be either, or a border that people draw differently."
_ADVICE = "Look at these images in this order; relabel those that are wrong, and leave the others as they are."


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """What is said of the labels of n images.

    Attributes:
        suspicions: (n,) from 0 to 1, to be looked at in falling order.
        likely: (n,) the class that each image looks like; its label where that is not contradicted.
        low: At least so many are contradicted by heads and neighbours alike.
        high: There can hardly be more, seeing how planted errors rank.
        trials: What came of planted errors, by their kind.
        findings: The same for people; none where nothing is contradicted.
    """

    suspicions: NDArray[np.float64]
    likely: NDArray[np.int64]
    low: int
    high: int
    trials: Mapping[str, Trial]
    findings: tuple[AuditFinding, ...]


def find_label_errors(images: AuditedImages, refits: FoldRefits, *, seed: int = 0) -> LabelErrors | None:
    """Look for labels that are contradicted by what has not seen them; see `Judges.judge` for how.

    Which are contradicted, and how many, is confident learning's count (`confident`); in which order to look is the
    margin between the likeliest other class and the label.

    Args:
        images: With features, out-of-fold probabilities and folds.
        refits: Heads on these images' features and folds.
        seed: Of the planted errors.

    Returns:
        None where there are fewer than 40 images, or one class.

    Raises:
        ValueError: There are no folds.
    """
    if images.fold_of is None:
        raise ValueError("these images have no folds")
    if len(images) < _N_IMAGES_MIN or len(np.unique(images.labels)) < 2:
        return None
    judges = Judges(refits, images.embedding, images.fold_of, images.n_classes)
    said = judges.judge(images.labels, images.probabilities)
    trials = plant_errors(judges, said, cluster_units(images.digests, images.groups), seed=seed)
    low, high = int(said.agreements.sum()), _at_most(trials, len(images))
    found = LabelErrors(said.suspicions, said.contradictions, low, max(high, low), trials, ())
    return replace(found, findings=_findings(images, said, found))


def _at_most(trials: Mapping[str, Trial], n_images: int) -> int:
    """The number of errors beyond which planted ones would not rank as far ahead as they do.

    If a part r of the planted errors comes up while a part t of the images is looked at, so does about the part r of
    the true ones, and these are at most what was looked at: there are at most t / r (Scott 2015, "A rate of convergence
    for mixture proportion estimation"). For r its lower limit is taken, and of all t the one that says most.
    """
    ranks = np.sort(np.concatenate([trial.ranks for trial in trials.values()]))
    n = len(ranks)
    least = 1.0
    for place in range(n // 4, n):
        recall = wilson_interval((place + 1) / n, n)[0]
        least = min(least, (ranks[place] + 1 / n_images) / recall)
    return round(least * n_images)


def _findings(images: AuditedImages, said: Opinions, found: LabelErrors) -> tuple[AuditFinding, ...]:
    contradicted = np.flatnonzero(found.likely != images.labels)
    if not len(contradicted):
        return ()
    if not _can_tell(found.trials["random"]):
        return ()
    in_order = contradicted[np.argsort(-found.suspicions[contradicted], kind="stable")]
    n, n_found = (sum(getattr(trial, name) for trial in found.trials.values()) for name in ("n_planted", "n_found"))
    message = (
        f"About {plural(len(in_order), 'label')} of {len(images):,} may be wrong ({found.low:,} to "
        f"{max(found.high, len(in_order)):,}). Of {n:,} labels that were changed on trial, {n_found:,} "
        f"({n_found / n:.0%}) came up among the first {LOOKED_AT:.0%} of the images."
    )
    return (
        make_audit_finding(
            "labels",
            "label_errors",
            message,
            severity="warning" if _matters(images.labels, said, found.low) else "note",
            certainty="likely" if found.low else "possible",
            cause=_CAUSE,
            advice=_ADVICE,
            n=len(in_order),
            evidence=_evidence(images, found, len(in_order)),
            cases=_cases(images, said, in_order),
        ),
    )


def _can_tell(trial: Trial) -> bool:
    """Whether planted errors come up more often than by chance: else nothing can be said of these labels."""
    return wilson_interval(trial.recall, trial.n_planted)[0] > LOOKED_AT


def _matters(labels: NDArray[np.int64], said: Opinions, n_errors: int) -> bool:
    """Whether the errors shift the accuracy by more than its own uncertainty."""
    low, high = wilson_interval(float((said.heads.argmax(axis=1) == labels).mean()), len(labels))
    return n_errors / len(labels) > (high - low) / 2


def _evidence(images: AuditedImages, found: LabelErrors, n_contradicted: int) -> dict[str, float | int | str]:
    recalls = {f"recall_{name}": trial.recall for name, trial in found.trials.items()}
    planted = {f"n_planted_{name}": trial.n_planted for name, trial in found.trials.items()}
    counts = {
        "n_images": len(images),
        "n_contradicted": n_contradicted,
        "n_at_least": found.low,
        "n_at_most": found.high,
    }
    return {**counts, **recalls, **planted, "recall_by_chance": LOOKED_AT}


def _cases(images: AuditedImages, said: Opinions, in_order: NDArray[np.int64]) -> Iterator[Case]:
    """Relabelling is proposed where the heads and the neighbours name the same class."""
    agreed, likely = said.agreements, said.alternatives
    probabilities, scores = of_label(likely, said.heads), said.suspicions
    for row in in_order.tolist():
        name = images.class_names[likely[row]]
        label = images.class_names[images.labels[row]]
        yield Case(
            paths=(images.paths[row],),
            note=f"labelled {label}, looks like {name} ({probabilities[row]:.0%})",
            score=float(scores[row]),
            actions=(Action(verb="relabel", to=name) if agreed[row] else Action(verb="keep"),),
        )

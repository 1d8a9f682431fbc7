"""What the verbs that train networks give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.experiments import ClassifierResult

if TYPE_CHECKING:
    from regraft.evaluation import PairedDifference
    from regraft.reports import Rung


@dataclass(frozen=True, kw_only=True)
class TrainingResult(ClassifierResult):
    """What a run that may train a network gave.

    Attributes:
        n_validation: Images that judged what was trained, and were not trained on.
        notes: What was decided, and why.
        plan: Those of the notes that were said before the training.
    """

    n_validation: int
    notes: tuple[str, ...]
    plan: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FinetuneResult(TrainingResult):
    """What a fine-tuning gave; its `n_validation` images chose the epoch."""


@dataclass(frozen=True, kw_only=True)
class TrainResult(TrainingResult):
    """What the ladder gave.

    Attributes:
        is_finetuned: Whether fine-tuning was worth it.
        verdict: The evidence, in a sentence.
        rungs: All that was tried, judged on folds of the training images, or on the user's validation images.
        test_difference: The fine-tuned classifier minus the probe on the test images; None where the probe is kept.
    """

    is_finetuned: bool
    verdict: str
    rungs: tuple[Rung, ...]
    test_difference: PairedDifference | None

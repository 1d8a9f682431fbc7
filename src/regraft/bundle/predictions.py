"""What a classifier says of images, as a user is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import Value
from regraft.data import Finding, Unreadable, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_N_REMEMBERED = 1000
"""Of what cannot be read; a finding has so many examples."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a classifier says of images.

    Attributes:
        probabilities: (m, k) float64, rows sum to 1.
        novelty: (m,) float64 how strange each image looks; None where that is not known, as the others.
        is_unknown: (m,) whether it looks like none of the classes.
        named: (m, k) which classes it may be of, at the coverage that the classifier was made for.
    """

    probabilities: NDArray[np.float64]
    novelty: NDArray[np.float64] | None = None
    is_unknown: NDArray[np.bool_] | None = None
    named: NDArray[np.bool_] | None = None

    @classmethod
    def joined(cls, parts: Sequence[Judgement]) -> Judgement:
        """What was said of all images, from what was said of some after the other."""

        def join(name: str) -> Any:
            found = [getattr(part, name) for part in parts]
            return None if found[0] is None else np.concatenate(found)

        return cls(join("probabilities"), join("novelty"), join("is_unknown"), join("named"))


@dataclass(frozen=True, eq=False)
class Answers:
    """What a classifier says of some files.

    Attributes:
        rows: (m,) int64, which of the files could be read.
        judgement: Of these.
        unreadable: One record for each of the other files.
    """

    rows: NDArray[np.int64]
    judgement: Judgement
    unreadable: tuple[Unreadable, ...]

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(m, k) float64, rows sum to 1."""
        return self.judgement.probabilities


class Prediction(Value):
    """What the classifier says of one image.

    Attributes:
        path: The image; `image 3` for one that was given in memory.
        label: The most probable class.
        probability: Its probability.
        top: The `top_k` most probable classes with their probabilities, the best first.
        unknown: Whether the image looks like none of the classes; None where the classifier cannot tell, or was not
            asked to, as the others.
        score: How strange it looks: greater is stranger.
        set: The classes that it may be of, the most probable first: the true one is among them as often as the
            classifier was made for.
    """

    path: str
    label: str
    probability: float
    top: tuple[tuple[str, float], ...]
    unknown: bool | None = None
    score: float | None = None
    set: tuple[str, ...] | None = None


Outcome = Prediction | Unreadable
"""What is told of one image."""


class PredictResult(Value):
    """What the classifier says of some images.

    Attributes:
        predictions: One for each image that could be read, in the order of the files; none where they were written to
            a file.
        unreadable: One record for each of the others; of those that were written to a file the first thousand.
        findings: What was noticed of the data: left out, guessed, doubtful.
        out: The file that they were written to.
        n_predicted: How many images could be read.
        n_unknown: How many of these look like none of the classes.
        n_unreadable: How many could not be read.
    """

    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...] = ()
    out: Path | None = None
    n_predicted: int = 0
    n_unknown: int = 0
    n_unreadable: int = 0


class Tally:
    """Counts outcomes as they pass.

    Attributes:
        n_predicted: Images that could be read.
        n_unknown: Of these, how many look like none of the classes.
        n_unreadable: The others.
        unreadable: The first thousand of these.
    """

    def __init__(self) -> None:
        self.n_predicted = self.n_unknown = self.n_unreadable = 0
        self.unreadable: list[Unreadable] = []

    def counted(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The same outcomes, counted one by one."""
        for outcome in outcomes:
            if isinstance(outcome, Prediction):
                self.n_predicted += 1
                self.n_unknown += bool(outcome.unknown)
            else:
                self.n_unreadable += 1
                if len(self.unreadable) < _N_REMEMBERED:
                    self.unreadable.append(outcome)
            yield outcome

    def findings(self) -> tuple[Finding, ...]:
        """The warning of images that could not be read."""
        return left_out(self.unreadable, self.n_unreadable)

    def counts(self) -> dict[str, int]:
        """By their names in a result."""
        names = ("n_predicted", "n_unknown", "n_unreadable")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Telling:
    """How judgements become predictions.

    Attributes:
        class_names: k names.
        top_k: How many classes to name of each image.
        looks_for_unknown: Whether it is said which images look like none of the classes.
    """

    class_names: Sequence[str]
    top_k: int
    looks_for_unknown: bool = True

    @property
    def n_ranks(self) -> int:
        """How many are named: no more than there are."""
        return min(self.top_k, len(self.class_names))

    def told(self, paths: Sequence[str], judgement: Judgement) -> Iterator[Prediction]:
        """The predictions that a judgement of m images is.

        Args:
            paths: m names of images.
            judgement: Of these.
        """
        names, named = self.class_names, judgement.named
        for row, order in enumerate(np.argsort(-judgement.probabilities, axis=1, kind="stable")):
            probabilities = judgement.probabilities[row]
            top = tuple((names[place], float(probabilities[place])) for place in order[: self.top_k])
            yield Prediction(
                path=paths[row],
                label=top[0][0],
                probability=top[0][1],
                top=top,
                unknown=None if judgement.is_unknown is None else bool(judgement.is_unknown[row]),
                score=None if judgement.novelty is None else float(judgement.novelty[row]),
                set=None if named is None else tuple(names[place] for place in order[named[row, order]]),
            )

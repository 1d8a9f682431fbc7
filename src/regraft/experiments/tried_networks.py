"""Networks that were tried on folds of the training images: which is worth its time, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.core import as_percent, plural
from regraft.data import make_finding
from regraft.evaluation import compare_paired
from regraft.reports import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from regraft.data import Finding
    from regraft.evaluation import PairedDifference
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions
    from regraft.experiments.probe_options import ProbeOptions

N_FEW_IMAGES = 500
"""What takes a few seconds: two more networks see so many images."""
_Z95 = 1.96


@dataclass(frozen=True, eq=False)
class Tried:
    """Networks that were tried.

    Attributes:
        options: Of a probe on them.
        data: The images with their features.
        right: (m,) whether heads on them were right, each on the fold of the training images that it was not fitted on.
        milliseconds: Of one image through them.
    """

    options: ProbeOptions
    data: DatasetFeatures
    right: NDArray[np.bool_]
    milliseconds: float

    @property
    def name(self) -> str:
        """Of the networks, and how many views they see."""
        views = "" if self.options.views == 1 else f", {self.options.views} views"
        return f"{self.options.backbone}{views}"

    @property
    def work(self) -> float:
        """What an image takes, roughly, and on each machine alike: weights times pixels times views, over networks."""
        sizes = ((part.spec.n_parameters, part.spec.image_size) for part in self.data.networks.parts)
        return float(sum(n_parameters * size**2 for n_parameters, size in sizes) * self.options.views)

    @property
    def n_wrong(self) -> int:
        """How many of the images."""
        return int((~self.right).sum())

    @property
    def accuracy(self) -> float:
        """Share of the images."""
        return float(self.right.mean())


@dataclass(frozen=True, eq=False)
class NetworkChoice:
    """The networks that a probe uses, and the evidence.

    Attributes:
        chosen: The one that is used.
        portions: Of its images.
        tried: All, the cheapest first, each with its difference from the one that had been chosen until then.
    """

    chosen: Tried
    portions: Portions
    tried: tuple[tuple[Tried, PairedDifference | None], ...]

    @property
    def options(self) -> ProbeOptions:
        """Of a probe on what was chosen."""
        return self.chosen.options.model_copy(update={"quality": "fast"})

    @property
    def single(self) -> Tried | None:
        """The network that is worth its time by itself; None where only joined ones were tried."""
        alone = [one for one, _difference in self.tried if one.options.views == 1 and one.data.networks.is_single]
        return climb(alone, self._groups)[0] if alone else None

    def with_all(self) -> NetworkChoice:
        """The same evidence where all networks, joined, are used whatever it says."""
        return replace(self, chosen=max((one for one, _ in self.tried), key=lambda one: len(one.data.networks.parts)))

    @property
    def finding(self) -> Finding:
        """What was chosen, in a sentence."""
        cheapest, chosen = self.tried[0][0], self.chosen
        n = len(chosen.right)
        if len(self.tried) == 1 and chosen.options.quality == "auto":
            message = (
                f"{chosen.name} is used: on the folds of {plural(n, 'training image')} it was wrong on "
                f"{chosen.n_wrong or 'none'}, so no other was tried."
            )
        elif len(self.tried) == 1:
            message = f"{chosen.name} is used: there was no other network to try."
        elif chosen is cheapest:
            message = (
                f"{cheapest.name} is used: of {len(self.tried)} choices none that takes longer was better enough on "
                f"the folds of {plural(n, 'training image')}."
            )
        else:
            better = compare_paired(chosen.right, cheapest.right, groups=self._groups)
            message = (
                f"{chosen.name} is used: on the folds of {plural(n, 'training image')} it was right on "
                f"{as_percent(chosen.accuracy)}, {cheapest.name} on {as_percent(cheapest.accuracy)} ({better}), at "
                f"{chosen.milliseconds:.1f} ms an image instead of {cheapest.milliseconds:.1f}."
            )
        return make_finding("chosen_networks", "note", message, len(self.tried))

    @property
    def _groups(self) -> tuple[str | None, ...]:
        return self.chosen.data.manifest.select(self.portions.train).groups

    @property
    def table(self) -> Table:
        """The evidence, for the report."""
        return Table(
            title="Networks that were tried, on the folds of the training images",
            columns=("networks", "accuracy", "against the choice before", "ms an image", ""),
            rows=tuple(
                (
                    one.name,
                    as_percent(one.accuracy),
                    "" if difference is None else str(difference),
                    round(one.milliseconds, 1),
                    "chosen" if one is self.chosen else "",
                )
                for one, difference in self.tried
            ),
        )


def climb(
    tried: Sequence[Tried], groups: tuple[str | None, ...]
) -> tuple[Tried, list[tuple[Tried, PairedDifference | None]]]:
    """The one that is worth its time, from the cheapest on; and each one's difference from the best before it."""
    chosen = tried[0]
    told: list[tuple[Tried, PairedDifference | None]] = [(chosen, None)]
    for one in tried[1:]:
        difference = compare_paired(one.right, chosen.right, groups=groups)
        told.append((one, difference))
        if is_worth_it(difference):
            chosen = one
    return chosen, told


def is_worth_it(difference: PairedDifference) -> bool:
    """Whether what takes longer is better on the folds; of many images, by a standard error of the paired difference.

    The rule of one standard error (Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984,
    section 3.4.3) read from the cheap side: of equally good ones the cheapest. Few images can hardly show what more
    networks are worth, which is most where images are few, and what they take matters least: there any gain counts.
    """
    if difference.n <= N_FEW_IMAGES:
        return difference.value > 0
    standard_error = (difference.high - difference.low) / (2 * _Z95)
    return difference.value > 0 and difference.value >= standard_error

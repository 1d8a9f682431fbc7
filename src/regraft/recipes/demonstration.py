"""`regraft demo`: the main job on real images, beside what others reached on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress
from regraft.datasets import DATASETS, Dataset
from regraft.experiments import ProbeOptions, ProbeResult, probe_dataset

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.recipes.settings import ProbeSettings

_DATASET = "elpv"


@dataclass(frozen=True)
class DemoResult:
    """The probe of the demonstration, and the data set with its licence and published results."""

    result: ProbeResult
    dataset: Dataset


def demo(
    options: ProbeOptions | None = None, *, progress: Progress | None = None, **settings: Unpack[ProbeSettings]
) -> DemoResult:
    """Probe 2,624 images of solar cells, defective or not, that come in a package.

    Args:
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ProbeOptions`).

    Raises:
        MissingExtraError: The package is not installed.
    """
    result = probe_dataset(_DATASET, ProbeOptions.of(options, settings), progress or SilentProgress())
    return DemoResult(result, DATASETS[_DATASET])

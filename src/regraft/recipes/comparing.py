"""`regraft compare`: several networks and heads on the same images, with the evidence for which is best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Unpack

from pydantic import Field

from regraft.core import SilentProgress, as_source, cache_folder, placed, tells_extra
from regraft.data import require_classes
from regraft.datasets import read_dataset
from regraft.experiments import (
    OTHER_NETWORK,
    BundleOptions,
    Contest,
    ExperimentOptions,
    FeatureOptions,
    LearningResult,
    RunFolder,
    UncertaintyOptions,
    ViewOptions,
    choose_backbones,
    hash_for_all,
    open_networks,
    plan_probes,
)
from regraft.heads import HeadKind
from regraft.scaling import ClusterOptions

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.recipes.settings import CompareSettings
    from regraft.reports import Comparison


class CompareOptions(ClusterOptions, UncertaintyOptions, BundleOptions, ExperimentOptions, ViewOptions, FeatureOptions):
    """Settings of `compare`."""

    VERB: ClassVar[str] = "compare"

    backbones: tuple[str, ...] = Field(
        (),
        description="Pretrained networks: names from `regraft backbones` or timm. By default all those whose learnt "
        "weights are on this machine.",
        json_schema_extra=placed("network", 10) | tells_extra("torch", OTHER_NETWORK),
    )
    heads: tuple[HeadKind, ...] = Field(
        ("softmax", "svm"), description="Linear heads.", json_schema_extra=placed("head", 10)
    )


@dataclass(frozen=True, kw_only=True)
class CompareResult(LearningResult):
    """What a comparison gave.

    Attributes:
        folder: The run's folder: `report.html`, `comparison.json`, `run.json`, and one folder for each candidate with
            all that `probe` writes.
        comparison: The candidates, the best first.
    """

    comparison: Comparison

    @property
    def bundle(self) -> Path:
        """The saved classifier of the best candidate."""
        return self.folder / self.comparison.best.folder / "bundle"


def compare(
    source: str | Path,
    options: CompareOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[CompareSettings],
) -> CompareResult:
    """Probe several networks and heads on one data set, on the same training and test images.

    Each candidate is saved with its own report, as `probe` saves it. Features are computed once for each network and
    kept, so an interrupted comparison goes on where it was.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`CompareOptions`).

    Returns:
        The run's folder and the ranking: intervals, paired tests against the best, size and speed.

    Raises:
        OptionError: There is no network or no head to compare.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    source = as_source(source)
    options = CompareOptions.of(options, settings)
    progress = progress or SilentProgress()
    backbones, chosen = choose_backbones(options.backbones)
    plan = plan_probes(options, backbones, options.heads)
    manifest = require_classes(read_dataset(source, options.reading()))
    # Opened before anything is computed: a missing network is found out now, not after an hour.
    networks = [open_networks(probes[0], cache_folder(), progress=progress) for probes in plan]
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-compare") as run:
        prints = hash_for_all(manifest, networks, progress)
        contest = Contest(run.folder, source, manifest, prints, progress, findings=chosen)
        for probes, network in zip(plan, networks, strict=True):
            data = contest.enter(probes, network)
        comparison = contest.conclude(options, data)
    return CompareResult(
        folder=run.final,
        comparison=comparison,
        n_train=len(data.digests) - comparison.n_images,
        n_test=comparison.n_images,
        n_unreadable=len(data.unreadable),
        seconds=contest.seconds,
        findings=contest.findings,
    )

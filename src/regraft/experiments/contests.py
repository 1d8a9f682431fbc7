"""Classifiers that meet on the same images of a data set: probes of several networks, with several heads each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regraft.core import OptionError, StoreError
from regraft.data import require_classes
from regraft.evaluation import Contestant, Costs, rank
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.dataset_features import features_for
from regraft.experiments.networks import taking_looks
from regraft.experiments.portions import portion_for_probe
from regraft.experiments.probe_options import ExperimentOptions, ProbeOptions
from regraft.experiments.probes import run_probe
from regraft.experiments.reporting import notices_of, told_of_run
from regraft.experiments.run_folders import folder_name, write_record
from regraft.experiments.timing import median_milliseconds
from regraft.reports import Comparison, write_comparison

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.core import Options, Progress
    from regraft.data import Finding, Fingerprints, Manifest
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions
    from regraft.experiments.probes import Probed
    from regraft.features import JoinedNetworks
    from regraft.heads import HeadKind


def plan_probes(
    options: ExperimentOptions, backbones: Sequence[str], heads: Sequence[HeadKind]
) -> list[list[ProbeOptions]]:
    """For each network the probes that its candidates are, with all that the options say of probes.

    Raises:
        OptionError: There is no network or no head.
    """
    if not heads or not backbones:
        raise OptionError("There is nothing to compare: name at least one of --backbones and one of --heads.")
    shared = {name: getattr(options, name) for name in options.model_fields_set & ProbeOptions.model_fields.keys()}
    return [
        [ProbeOptions(**{**shared, "backbone": backbone, "head": head, "name": None}) for head in dict.fromkeys(heads)]
        for backbone in dict.fromkeys(backbones)
    ]


@dataclass(eq=False)
class Contest:
    """A contest: one network after the other enters with its heads.

    Attributes:
        folder: Where each contestant has a folder of its own, with all that `probe` writes.
        source: The data set as the user named it.
        manifest: Its images.
        prints: Their hashes.
        progress: Where to report.
        contestants: Who has entered.
        seconds: That each took.
        findings: What was noticed of the data.
    """

    folder: Path
    source: str
    manifest: Manifest
    prints: Fingerprints
    progress: Progress
    contestants: list[Contestant] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def enter(self, probes: Sequence[ProbeOptions], networks: JoinedNetworks) -> DatasetFeatures:
        """Fit and measure the heads of a network, which share its features and its time for an image.

        Args:
            probes: One for each head.
            networks: As `open_networks` gives them.

        Returns:
            The images with the network's features.

        Raises:
            DataError: The images that can be read are of one class, or a side of the split is empty.
        """
        watch = Stopwatch()
        data = features_for(
            self.manifest,
            taking_looks(networks),
            progress=self.progress,
            watch=watch,
            prints=self.prints,
        )
        self.seconds[f"{probes[0].backbone}: features"] = sum(watch.seconds.values())
        require_classes(data.manifest)
        remarked, portions = portion_for_probe(data, probes[0].test_fraction, probes[0].seed)
        self.progress.start(f"Fitting heads on {probes[0].backbone}", len(probes), unit="heads")
        finished = [self._run(options, remarked, portions) for options in probes]
        classifier, inputs = finished[0].classifier, data.inputs(portions.test[:1])
        opened = classifier.networks.staying_open()
        milliseconds = median_milliseconds(lambda: classifier.probabilities(opened.compute(inputs)))
        self.contestants += [
            _contestant(options, probed, milliseconds) for options, probed in zip(probes, finished, strict=True)
        ]
        self.findings = tuple(dict.fromkeys((*self.findings, *finished[0].findings)))
        return data

    def _run(self, options: ProbeOptions, data: DatasetFeatures, portions: Portions) -> Probed:
        watch, name = Stopwatch(), _name(options)
        own = self.folder / folder_name(f"{options.backbone}-{options.head}")
        own.mkdir()
        probed = run_probe(own, self.source, data, options, name=name, portions=portions, watch=watch)
        self.seconds[name] = sum(watch.seconds.values())
        self.progress.advance(1)
        return probed

    def conclude(self, options: Options, data: DatasetFeatures) -> Comparison:
        """Rank them, and write the page and the record of the run.

        Args:
            options: Of the run.
            data: The images, as the last network saw them.

        Raises:
            StoreError: They were not measured on the same images.
        """
        if len({one.predictions.paths for one in self.contestants}) > 1:
            raise StoreError("The images changed while they were compared. Run the same command again.")
        comparison = Comparison(
            **dict(rank(self.contestants)),
            title=f"{self.source}: {len(self.contestants)} classifiers compared",
            **told_of_run(options, self.source),
            notices=notices_of(self.findings),
        )
        write_comparison(comparison, self.folder)
        write_record(self.folder, source=self.source, options=options, seconds=self.seconds, data=data)
        return comparison


def _name(options: ProbeOptions) -> str:
    return f"{options.backbone} + {options.head}"


def _contestant(options: ProbeOptions, probed: Probed, milliseconds: float) -> Contestant:
    return Contestant(
        name=_name(options),
        backbone=options.backbone,
        head=options.head,
        predictions=probed.predictions,
        assessment=probed.assessment,
        costs=Costs(
            milliseconds=milliseconds,
            n_parameters=probed.classifier.networks.n_parameters,
            n_bytes=sum(path.stat().st_size for path in probed.bundle.rglob("*.*")),
        ),
        folder=probed.bundle.parent.name,
    )

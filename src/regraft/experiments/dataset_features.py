"""A data set with the features of its readable images: where every recipe on labelled images begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import DataError, cache_folder, load_function, plural
from regraft.data import fingerprint_manifest, n_readers, require_classes
from regraft.datasets import read_dataset
from regraft.experiments.hashed_features import hash_and_extract
from regraft.experiments.networks import open_networks, taking_looks
from regraft.features import take_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.auditing import SeriesGap
    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.core import Peers, Progress
    from regraft.data import Finding, Fingerprints, Manifest, SourceOptions, Unreadable
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.network_options import NetworkOptions
    from regraft.features import Extraction, JoinedNetworks, StoredRows
    from regraft.images import Transform


@dataclass(frozen=True, eq=False)
class DatasetFeatures:
    """Readable images of a data set, one row each, with their features.

    Attributes:
        manifest: The n readable images.
        digests: Their content hashes.
        features: (n, d) float32; in the store where they would take too much memory.
        unreadable: The files that were left out, and why.
        n_computed: How many images were computed now; the others' features were kept from before.
        networks: What the features are of.
        gap: What a random split hides, where that changes the headline.
    """

    manifest: Manifest
    digests: tuple[str, ...]
    features: NDArray[np.float32] | StoredRows
    unreadable: tuple[Unreadable, ...]
    n_computed: int
    networks: JoinedNetworks
    gap: SeriesGap | None = None

    @property
    def spec(self) -> BackboneSpec:
        """The network, where there is one; of several the first."""
        return self.networks.only.spec

    @property
    def choice(self) -> EngineChoice:
        """What ran the networks."""
        return self.networks.choice

    @property
    def transform(self) -> Transform:
        """From file bytes to what the (first) network sees."""
        return self.networks.only.transform

    def remarked(self, *findings: Finding) -> DatasetFeatures:
        """With more that is to be said of the data."""
        return replace(self, manifest=replace(self.manifest, remarks=(*self.manifest.remarks, *findings)))

    def select(self, rows: NDArray[np.int64]) -> DatasetFeatures:
        """Some of the images alone; the class names stay as they are."""
        return replace(
            self,
            manifest=self.manifest.select(rows),
            digests=tuple(self.digests[row] for row in rows),
            features=take_rows(self.features, rows),
        )

    def seen_by(self, networks: JoinedNetworks, progress: Progress) -> DatasetFeatures:
        """The same images with features of other networks.

        Raises:
            DataError: A file can no longer be read.
            RegraftError: From the engine or the store.
        """
        found = networks.extract(self.manifest.files(), self.digests, progress=progress)
        _require_all(found)
        return replace(self, features=found.features, networks=networks)

    def looks(self, progress: Progress) -> NDArray[Any]:
        """What is known of each image besides its features; nothing is decoded where it was kept with them.

        Returns:
            (n,) of `regraft.data.LOOK`.

        Raises:
            DataError: A file can no longer be read.
            RegraftError: From the store.
        """
        found = self.networks.looks(self.manifest.files(), self.digests, progress=progress)
        _require_all(found)
        return np.asarray(found.features)

    def inputs(self, rows: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """What the networks see of some images, decoded again: for each view of each network (m, h, w, 3) uint8.

        Networks that a head does not read are left out.
        """
        files = self.manifest.files()
        return self.networks.for_head().inputs(files[row] for row in rows)


def _require_all(found: Extraction) -> None:
    """See that images which could be read before can be read now."""
    if found.unreadable:
        first = found.unreadable[0]
        raise DataError(
            f"{plural(len(found.unreadable), 'image')} could be read before and cannot be read now (first: "
            f"{first.path}: {first.reason}, {first.detail}). Run the same command again to go on without."
        )


def spread_out(rows: NDArray[np.int64], n_wanted: int) -> NDArray[np.int64]:
    """A few of some rows, at even distances."""
    return rows[np.linspace(0, len(rows) - 1, min(n_wanted, len(rows))).astype(np.int64)]


def list_labelled(source: str, options: SourceOptions, watch: Stopwatch) -> Manifest:
    """The images of a data set that has something to tell apart.

    Raises:
        DataError: There is no such data set, or it has fewer than two classes.
    """
    with watch.stage("list images"):
        return require_classes(read_dataset(source, options.reading()))


def load_features(
    manifest: Manifest,
    options: NetworkOptions,
    progress: Progress,
    watch: Stopwatch,
    *,
    check: Callable[[JoinedNetworks], None] | None = None,
    peers: Peers | None = None,
) -> DatasetFeatures:
    """Features of a manifest's images by the network that some options name.

    Args:
        manifest: The images.
        options: Which network.
        progress: Where to report.
        watch: The times so far.
        check: Called with the networks before any image is read; raises where they cannot be used.
        peers: The processes that share the work; None for one alone.

    Raises:
        DataError: None of the files can be read, or those that can are of one class.
        RegraftError: From the backbone, the engine or the store.
    """
    for name in options.own_code():
        progress.say(f"Running your own code: {name}.")
        load_function(name)  # a slip in it shows before anything is computed
    with watch.stage("choose engine"):
        networks = taking_looks(open_networks(options, cache_folder(), progress=progress))
        if check is not None:
            check(networks)
    prints = None
    if peers is not None:
        networks = networks.changed(partial(replace, peers=peers))
        with watch.stage("hash files"):
            prints = fingerprint_manifest(manifest, progress=progress, peers=peers)
    data = features_for(manifest, networks, progress=progress, watch=watch, prints=prints)
    if peers is not None:  # what comes later, each process does for itself
        data = replace(data, networks=data.networks.changed(partial(replace, peers=None)))
    require_classes(data.manifest)
    return data


def features_for(
    manifest: Manifest,
    networks: JoinedNetworks,
    *,
    progress: Progress,
    watch: Stopwatch,
    prints: Fingerprints | None = None,
) -> DatasetFeatures:
    """Hash the files (unless their hashes are given), and compute or fetch the features of those that can be read.

    Args:
        manifest: The images.
        networks: Whose features.
        progress: Where to report.
        watch: Measures the stages.
        prints: The files' hashes, where they are known.

    Raises:
        DataError: None of the files can be read.
        RegraftError: From the engine or the store.
    """
    files = manifest.files()
    if prints is None and n_readers(files) is None:
        with watch.stage("hash files"):
            prints = fingerprint_manifest(manifest, progress=progress)
    with watch.stage("features"):
        if prints is None:
            prints, found = hash_and_extract(manifest, networks, progress)
        else:
            found = networks.extract(files, prints.digests, progress=progress)
    unreadable = prints.unreadable + manifest.named(found.unreadable)
    if not len(found.rows):
        first = unreadable[0]
        raise DataError(
            f"None of {plural(len(files), 'file')} could be read (first: {first.path}: {first.reason}, {first.detail})."
        )
    return DatasetFeatures(
        manifest=manifest.select(found.rows),
        digests=tuple(str(prints.digests[row]) for row in found.rows),
        features=found.features,
        unreadable=unreadable,
        n_computed=found.n_computed,
        networks=networks,
    )

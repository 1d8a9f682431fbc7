"""Data sets held out by what their images show, and heads learnt from the rest: for what heads say of images."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from example_images import draw_signs, write_digits
from groups_found import load
from photos import write_photos
from regraft.data import cluster_units, split_folds
from regraft.heads import Candidates, FoldTable, KnownImages, select_head
from rounds import need, new_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing import AuditedImages
    from regraft.heads import HeadKind, LinearHead, Selection

N_UNITS_MIN = 5
"""Poles that a sign must stand on: its class is learnt from some of them and measured on others."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """Features of images, their classes, and which of them show one object.

    Attributes:
        name: What is printed.
        features: (n, d) of EfficientNet-Lite0.
        labels: (n,).
        units: (n,).
        digests: n content hashes.
        n_penultimate: How many of the features are the penultimate layer's.
    """

    name: str
    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    units: NDArray[np.int64]
    digests: tuple[str, ...]
    n_penultimate: int

    @classmethod
    def of(cls, name: str, images: AuditedImages, groups: list[str | None]) -> DataSet:
        """Images that an audit would see, and the object that each shows."""
        units = cluster_units(images.digests, groups)
        assert images.features is not None
        assert images.n_penultimate is not None
        labels = np.asarray(images.labels)
        return cls(name, images.features, labels, units, tuple(images.digests), images.n_penultimate)

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: NDArray[np.int64]) -> DataSet:
        """Some of the images."""
        digests = tuple(self.digests[row] for row in rows)
        return DataSet(self.name, self.features[rows], self.labels[rows], self.units[rows], digests, self.n_penultimate)

    def of_classes(self, classes: NDArray[np.int64]) -> DataSet:
        """The images of some classes."""
        return self.select(np.flatnonzero(np.isin(self.labels, classes)))

    def usual_classes(self) -> NDArray[np.int64]:
        """Classes with enough objects."""
        labels, counts = np.unique(np.unique(np.stack([self.labels, self.units]), axis=1)[0], return_counts=True)
        return np.asarray(labels[counts >= N_UNITS_MIN])

    def folds(self, n_folds: int, seed: int) -> NDArray[np.int64]:
        """(n,) whole objects in one fold."""
        return split_folds(self.labels, self.units, self.digests, n_folds=n_folds, seed=seed)

    def split(self, seed: int) -> tuple[DataSet, DataSet]:
        """Two thirds to learn from, and a third of the classes that are learnt."""
        fold = self.folds(3, seed)
        train = self.select(np.flatnonzero(fold != 0))
        test = self.select(np.flatnonzero((fold == 0) & np.isin(self.labels, train.labels)))
        return train, test


@dataclass(frozen=True, eq=False)
class Learnt:
    """A head, and what was learnt of the images that it was fitted on.

    Attributes:
        selection: The head and its cross-validation.
        known: The images, with what heads say that have not seen them.
    """

    selection: Selection
    known: KnownImages

    @property
    def head(self) -> LinearHead:
        """Of the classes that were there."""
        return self.selection.head

    def scores(self, data: DataSet) -> NDArray[np.float32]:
        """(n, k) of other images, divided by the temperature."""
        return self.head.scores(data.features) / np.float32(self.head.temperature)

    def codes(self, data: DataSet) -> NDArray[np.int64]:
        """(n,) columns of other images' classes."""
        return np.searchsorted(self.selection.classes, data.labels)


def known_features(data: DataSet) -> KnownImages:
    """For what looks at features only: no head is learnt."""
    codes = np.searchsorted(np.unique(data.labels), data.labels)
    return KnownImages(data.features, codes, data.units, FoldTable.of(data.folds(5, 0)), np.zeros((len(data), 1)))


def learn(data: DataSet, kind: HeadKind = "softmax") -> Learnt:
    """A head on the penultimate layer, chosen by five folds of whole objects."""
    folds = FoldTable.of(data.folds(5, 0))
    candidates = Candidates(kind, normalisations=("l2",), widths=(data.n_penultimate,), n_strengths=10)
    selection = select_head(data.features, data.labels, folds, candidates)
    return Learnt(
        selection,
        KnownImages.of(data.features, data.labels, data.units, selection.found),
    )


def data_sets(description: str | None) -> tuple[list[DataSet], bool]:
    """What a script's arguments ask for: signs where a folder of them is given, handwritten digits, cells and textile.

    Args:
        description: Of the script.

    Returns:
        The data sets, and whether it must be quick: then there are drawn signs only.
    """
    arguments = new_parser(description, takes_signs=True).parse_args()
    if not arguments.quick:
        need("mlxtend", install="pip install 'regraft[examples]'")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            return [by_pole("drawn signs", draw_signs(Path(folder) / "signs", n_classes=6))], True
        return list(_real_ones(Path(folder), arguments.signs)), False


def _real_ones(folder: Path, signs: Path | None) -> Iterator[DataSet]:
    if signs:
        yield by_pole("Belgian signs", signs)
    digits, _uci = write_digits(folder / "digits")
    yield alone("digits", digits)
    elpv = load("elpv")
    yield DataSet.of("ELPV", elpv, [str(place // 60) for place in range(len(elpv))])
    yield alone("textile", "textile")


def by_pole(name: str, folder: Path) -> DataSet:
    """Signs; the images of one pole are of one group."""
    images = load(folder)
    data = DataSet.of(name, images, [path.split("_")[0] for path in images.paths])
    return data.of_classes(data.usual_classes())


def alone(name: str, source: str | Path) -> DataSet:
    """Images that show an object each."""
    images = load(source)
    return DataSet.of(name, images, [None] * len(images))


def photographs(n_photos: int) -> DataSet:
    """Crops of two photographs."""
    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder), n_photos=n_photos, width=500, height=375)
        return alone("photos", folder)

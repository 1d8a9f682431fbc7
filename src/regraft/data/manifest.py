"""The manifest: which images there are, with label, split and group. Nothing is decoded."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from regraft.core import DataError, OptionError, plural, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Split = Literal["train", "val", "test"]

UNLABELLED = -1


@dataclass(frozen=True, eq=False)
class Manifest:
    """Images in a canonical order, one row each.

    Attributes:
        root: Absolute folder that relative paths start from.
        paths: n paths, POSIX style, relative to `root` or absolute.
        labels: (n,) int64, positions in `class_names`; -1 where there is no label. Read-only.
        class_names: k names.
        splits: n given splits, None where none is given.
        groups: n names of the physical object (or track, patient, ...) that an image shows, None where unknown.
        n_skipped: Files that were seen and are no images by their extension.
        skipped: The first few of them.
    """

    root: Path
    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    splits: tuple[Split | None, ...]
    groups: tuple[str | None, ...]
    n_skipped: int = 0
    skipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n_images = len(self.paths)
        if not len(self.labels) == len(self.splits) == len(self.groups) == n_images:
            raise ValueError("paths, labels, splits and groups must have the same length")
        labels = np.array(self.labels, np.int64)
        if n_images and not -1 <= labels.min() <= labels.max() < max(len(self.class_names), 1):
            raise ValueError("a label is no position in class_names")
        labels.setflags(write=False)
        object.__setattr__(self, "labels", labels)

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        return f"<Manifest of {plural(len(self), 'image')} in {plural(self.n_classes, 'class', 'classes')}>"

    @property
    def n_images(self) -> int:
        """Number of rows."""
        return len(self.paths)

    @property
    def n_classes(self) -> int:
        """Number of class names."""
        return len(self.class_names)

    def files(self) -> list[Path]:
        """The images' absolute paths."""
        return [self.root / path for path in self.paths]

    def class_counts(self) -> NDArray[np.int64]:
        """(k,) images of each class."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.n_classes)

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_] | Sequence[int]) -> Manifest:
        """Some of the rows, by position or mask; the class names stay as they are."""
        index = np.asarray(rows)
        chosen = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        return replace(
            self,
            paths=tuple(self.paths[row] for row in chosen),
            labels=self.labels[chosen],
            splits=tuple(self.splits[row] for row in chosen),
            groups=tuple(self.groups[row] for row in chosen),
        )

    def with_groups_from(self, pattern: str) -> Manifest:
        r"""Name each image's group by a regular expression on its path.

        The pattern is searched in the path relative to the root (`00012/01153_00001.ppm`). The group's name is what
        its capture groups match, joined, or the whole match where it has none: with `(\d+)/(\d+)_` images share a
        group if folder and number agree; with `(\d+)_` the number alone decides.

        Raises:
            OptionError: The pattern is no regular expression.
            DataError: It does not match every path.
        """
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise OptionError(
                f"--group-by {pattern!r} is no column and no valid regular expression: {error}."
            ) from error
        matches = [compiled.search(path) for path in self.paths]
        failed = [path for path, match in zip(self.paths, matches, strict=True) if match is None]
        if failed:
            raise DataError(
                f"--group-by {pattern!r} does not match {len(failed):,} of {plural(len(self), 'path')} "
                f"(first: {shortened(failed[0])!r}). It is searched in the path below {self.root}."
            )
        names = ["/".join(part or "" for part in (m.groups() or (m.group(),))) for m in matches if m is not None]
        return replace(self, groups=tuple(names))


def require_classes(manifest: Manifest, *, minimum: int = 2) -> None:
    """Refuse a manifest that no classifier can be trained on.

    Raises:
        DataError: Labels are missing, or fewer than `minimum` classes have images.
    """
    n_unlabelled = int((manifest.labels == UNLABELLED).sum())
    if n_unlabelled:
        first = manifest.paths[int(np.argmax(manifest.labels == UNLABELLED))]
        raise DataError(
            f"{n_unlabelled:,} of {plural(len(manifest), 'image')} have no label (first: {shortened(first)!r}). "
            "Put each image into a folder named for its class, or fill the table's label column."
        )
    present = [name for name, n in zip(manifest.class_names, manifest.class_counts(), strict=True) if n]
    if len(present) < minimum:
        raise DataError(
            f"There is only one class, {shortened(present[0])!r}, with {plural(len(manifest), 'image')}. "
            "A classifier needs at least two: one folder of images for each."
        )


def label_positions(names: Sequence[str | None]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels and class names from one name for each row; None is no label.

    Class names are sorted naturally: numbers by value, text by its characters.
    """
    class_names = tuple(sorted({name for name in names if name is not None}, key=natural_key))
    places = {name: place for place, name in enumerate(class_names)}
    labels = [UNLABELLED if name is None else places[name] for name in names]
    return np.array(labels, np.int64), class_names


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key by which `2` comes before `10` and `img2` before `img10`."""
    parts = re.split(r"(\d+)", text)
    return tuple((0, int(part), part) if part.isascii() and part.isdigit() else (1, 0, part) for part in parts if part)


def repeated(values: Sequence[str | None]) -> dict[str, int]:
    """Values that occur more than once, with how often; None is no value."""
    counts = Counter(value for value in values if value is not None)
    return {value: n for value, n in counts.items() if n > 1}

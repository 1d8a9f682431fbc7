"""The manifest: which images there are, with label, split and group. Nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from regraft.core import DataError, plural, printable, quoted
from regraft.data.finding import make_finding, was
from regraft.data.grouping import group_names
from regraft.data.names import UNLABELLED
from regraft.data.packing import filled, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.data.files import ImageFile, Unreadable
    from regraft.data.finding import Finding

Split = Literal["train", "val", "test"]


@dataclass(frozen=True, eq=False)
class Manifest:
    """Images in a canonical order, one row each.

    Attributes:
        root: Absolute folder that relative paths start from.
        paths: n paths, POSIX style, relative to `root` or absolute: a tuple, or packed where they are many.
        labels: (n,) int64, positions in `class_names`; -1 where there is no label. Read-only.
        class_names: k names.
        splits: n given splits, None where none is given.
        groups: n names of the physical object (or track, patient, ...) that an image shows, None where unknown.
        stored: n images that are parts of larger files, or lie elsewhere than `root` (in an object store), None for
            one that is the file at its path; empty where all are.
        unreadable: What was found damaged when the images were listed, and is no row.
        remarks: What else the reading noticed: what it left out, guessed or joined.
        columns: What else is known of the images: n texts by name, None where there is none.

    Raises:
        ValueError: The columns do not fit together.
    """

    root: Path
    paths: Sequence[str]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    splits: tuple[Split | None, ...]
    groups: tuple[str | None, ...]
    stored: tuple[ImageFile | None, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    remarks: tuple[Finding, ...] = ()
    columns: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n_images = len(self.paths)
        labels = np.array(self.labels, np.int64)
        if not labels.shape == (len(self.splits),) == (len(self.groups),) == (n_images,):
            raise ValueError("paths, labels, splits and groups must have the same length")
        if len(self.stored) not in (0, n_images):
            raise ValueError("stored must be empty or have the length of paths")
        if any(len(column) != n_images for column in self.columns.values()):
            raise ValueError("columns must have the length of paths")
        if n_images and not UNLABELLED <= labels.min() <= labels.max() < self.n_classes:
            raise ValueError("a label is no position in class_names")
        if len(set(self.class_names)) != self.n_classes:
            raise ValueError("a class name stands twice in class_names")
        if not self.root.is_absolute():
            raise ValueError(f"the root must be an absolute path, not {self.root}")
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

    @property
    def label_names(self) -> list[str | None]:
        """N class names, None where there is no label."""
        return [self.class_names[label] if label >= 0 else None for label in self.labels.tolist()]

    @property
    def known_groups(self) -> tuple[str | None, ...] | None:
        """The groups, or None where every image is by itself."""
        return self.groups if any(group is not None for group in self.groups) else None

    def files(self) -> list[ImageFile]:
        """Where the images are: absolute paths, or parts of larger files."""
        if not self.stored:
            return [self.root / path for path in self.paths]
        return [stored or self.root / path for path, stored in zip(self.paths, self.stored, strict=True)]

    def named(self, records: Sequence[Unreadable]) -> tuple[Unreadable, ...]:
        """Records of files that cannot be used, with the paths of this manifest: as for the files that can be."""
        if not records:
            return ()
        names = {printable(str(file)): path for path, file in zip(self.paths, self.files(), strict=True)}
        root = printable(str(self.root))
        return tuple(record.at(names.get(record.path) or record.path.removeprefix(f"{root}/")) for record in records)

    def class_counts(self) -> NDArray[np.int64]:
        """(k,) int64, images of each class."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.n_classes)

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_] | Sequence[int] | Sequence[bool]) -> Manifest:
        """Some of the rows, by position or mask; the class names stay as they are.

        Raises:
            ValueError: A mask has another length than the manifest.
            IndexError: There is no such row.
        """
        index = np.asarray(rows)
        if index.dtype == np.bool_ and index.shape != (len(self),):
            raise ValueError(f"a mask of {index.size} rows does not fit a manifest of {len(self)}")
        chosen = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        return replace(
            self,
            paths=taken(self.paths, chosen),
            labels=self.labels[chosen],
            splits=tuple(taken(self.splits, chosen)),
            groups=tuple(taken(self.groups, chosen)),
            stored=tuple(taken(self.stored, chosen)) if self.stored else (),
            columns={name: tuple(taken(column, chosen)) for name, column in self.columns.items()},
        )

    def with_groups_from(self, expression: str) -> Manifest:
        r"""Name each image's group by an expression on its path.

        A regular expression is searched in the path relative to the root (`00012/01153_00001.ppm`). The group's name is
        what the part called `group` matches (`(?P<group>...)`), else what all parts in parentheses match, joined, else
        the whole match: with `(\d+)/(\d+)_` images share a group if folder and number agree; with `(\d+)_` the number
        alone decides, whatever the class.

        `order:60` makes a group of each 60 neighbours in the order of the files' names (`file_series`); the last group
        of a series is shorter.

        Raises:
            OptionError: The expression is no regular expression, or the number is none.
            DataError: It finds nothing in some of the paths, or the same in all of them.
        """
        groups = tuple(group_names(self.paths, expression))
        is_named = filled(groups)
        if not is_named.all():
            raise DataError(
                f"--group-by {quoted(expression, 400)} finds no group in {int((~is_named).sum()):,} of "
                f"{plural(len(self), 'path')} (first: {quoted(self.paths[int(is_named.argmin())])}). It is searched in "
                f"the path below {self.root}."
            )
        if len(groups) > 1 and all(group == groups[0] for group in groups):
            raise DataError(
                f"--group-by {quoted(expression, 400)} puts all {plural(len(self), 'image')} into one group, "
                f"{quoted(str(groups[0]))}: nothing would be left to test on. Match what tells objects apart, or "
                "take fewer neighbours."
            )
        return replace(self, groups=groups)


def require_classes(manifest: Manifest, *, minimum: int = 2) -> Manifest:
    """The labelled images of a manifest; those without a label are left out, with a remark.

    Raises:
        DataError: No image has a label, or fewer than `minimum` classes have images.
    """
    unlabelled = np.flatnonzero(manifest.labels == UNLABELLED)
    if len(unlabelled) == len(manifest) > 0:
        raise DataError(
            f"None of {plural(len(manifest), 'image')} has a label (first: {quoted(manifest.paths[0])})."
            f"{_warnings(manifest)} Put each image into a folder named for its class, or fill the table's label column."
        )
    if n := len(unlabelled):
        message = f"{plural(n, 'image')} without a label {was(n)} left out."
        remark = make_finding("unlabelled", "warning", message, n, (manifest.paths[row] for row in unlabelled.tolist()))
        manifest = replace(manifest.select(manifest.labels != UNLABELLED), remarks=(*manifest.remarks, remark))
    present = np.flatnonzero(manifest.class_counts())
    if len(present) < minimum:
        names = ", ".join(quoted(manifest.class_names[place]) for place in present)
        raise DataError(
            f"There {'is' if len(present) == 1 else 'are'} {plural(len(present), 'class', 'classes')} with images"
            f"{f' ({names})' if names else ''}, and a classifier needs at least {minimum}: "
            f"one folder of images for each.{_warnings(manifest)}"
        )
    return manifest


def _warnings(manifest: Manifest) -> str:
    """What the reading noticed that may be the reason."""
    told = (remark for remark in manifest.remarks if remark.severity == "warning")
    return "".join(f" {one.message} ({', '.join(map(quoted, one.examples[:3]))})" for one in told)

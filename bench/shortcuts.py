"""Planted shortcuts, weak slices and strange images: how many are found, and how often shuffled labels raise an alarm.

    python bench/shortcuts.py                              # ELPV and digits; ten minutes
    python bench/shortcuts.py --signs FOLDER               # and Belgian traffic signs, by pole; a quarter of an hour
    python bench/shortcuts.py --quick                      # drawn signs

What is planted into looks that were dealt to the images by chance: nine of ten images of one class are JPEGs of 0.4
times the size, all others PNGs; one class is darker by two fifths. A hundred images of one site are recognised 15
points worse than the rest. Ten images of another data set are mixed in. Labels are shuffled with all images of a pole
together, the test side is dealt anew each time, and a head is fitted to the shuffled labels.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.decomposition import PCA

from example_images import GROUPS, draw_signs, write_digits
from regraft.auditing import AuditedImages, CheckLog, find_outliers, find_shift, find_shortcuts, find_weak_slices
from regraft.core import SilentProgress
from regraft.data import Reading, cluster_units, split_folds, split_holdout
from regraft.datasets import read_dataset
from regraft.evaluation import shuffle_units
from regraft.experiments import Stopwatch, load_features
from regraft.heads import Candidates, FoldTable, cross_validate
from regraft.recipes import ProbeOptions
from rounds import new_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from regraft.auditing import AuditFinding


class Scale(NamedTuple):
    """How much is measured."""

    n_seeds: int
    n_shuffles: int


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            bases = {"drawn signs": audited(draw_signs(Path(folder) / "signs", n_classes=2), GROUPS)}
        else:
            digits = write_digits(Path(folder))[0]
            bases = {"ELPV": audited("elpv"), "digits": audited(digits)}
            if arguments.signs:
                bases["Belgian signs"] = audited(arguments.signs, GROUPS)
    scale = Scale(1, 2) if arguments.quick else Scale(10, 200)
    for place, (name, images) in enumerate(bases.items()):
        others = [other for other in bases.values() if other is not images]
        report_plants(name, images, others[place % len(others)] if others else None, scale.n_seeds)
        report_alarms(name, images, scale.n_shuffles)


def audited(source: str | Path, group_by: str | None = None) -> AuditedImages:
    """A data set with all that an audit sees."""
    manifest = read_dataset(source, Reading(group_by=group_by))
    data = load_features(manifest, ProbeOptions(), SilentProgress(), Stopwatch())
    images = AuditedImages(
        paths=tuple(data.manifest.paths),
        labels=data.manifest.labels,
        class_names=data.manifest.class_names,
        digests=data.digests,
        sides=(None,) * len(data.digests),
        groups=data.manifest.groups,
        looks=data.looks(SilentProgress()),
        features=np.asarray(data.features),
        n_penultimate=data.spec.n_features,
    )
    return with_answers(images, first_axes(images))


def first_axes(images: AuditedImages) -> NDArray[np.float32]:
    """(n, 64) the features on the axes on which they differ most: a head is fitted to them in a moment."""
    found: NDArray[np.float32] = PCA(min(64, len(images)), random_state=0).fit_transform(images.embedding)
    return found


def with_answers(images: AuditedImages, points: NDArray[np.float32]) -> AuditedImages:
    """With out-of-fold probabilities for its labels."""
    units = cluster_units(images.digests, images.groups)
    folds = split_folds(images.labels, units, images.digests, n_folds=5, seed=0)
    candidates = Candidates("softmax", normalisations=("standard",), widths=(None,), n_strengths=4)
    found = cross_validate(points, images.labels, FoldTable.of(folds), candidates)
    probabilities = np.zeros((len(images), images.n_classes))
    probabilities[:, found.classes] = found.probabilities
    return replace(images, probabilities=probabilities, fold_of=folds)


def report_plants(name: str, images: AuditedImages, other: AuditedImages | None, n_seeds: int) -> None:
    """How many of the seeds find what was planted."""
    plants: dict[str, Callable[[int], bool]] = {
        "PNG or JPEG by class": lambda seed: finds_format(images, seed),
        "one class darker": lambda seed: finds_darkness(images, seed),
        "a slice 15 points worse": lambda seed: finds_slice(images, seed),
    }
    for plant, is_found in plants.items():
        print(f"{name:<14} {plant:<24} found in {sum(map(is_found, range(n_seeds)))} of {n_seeds}", flush=True)
    if other is not None:
        counts = np.array([count_strange(images, other, seed) for seed in range(n_seeds)])
        found, false = counts.mean(axis=0)
        print(f"{name:<14} ten images of another set    {found:.1f} found, {false:.1f} of its own told too", flush=True)


def drawn_class(images: AuditedImages, seed: int) -> NDArray[np.bool_]:
    """The images of a class with at least 20 independent ones, by chance."""
    pairs = np.unique([images.labels, cluster_units(images.digests, images.groups)], axis=1)
    large = np.flatnonzero(np.bincount(pairs[0], minlength=images.n_classes) >= 20)
    return np.asarray(images.labels == np.random.default_rng(seed).choice(large), np.bool_)


def dealt_looks(images: AuditedImages, seed: int) -> NDArray[Any]:
    """The looks of the images, dealt to them by chance: nothing of them goes with a class."""
    assert images.looks is not None
    units = cluster_units(images.digests, images.groups)
    dealt: NDArray[Any] = images.looks[next(shuffle_units(units, 1, np.random.default_rng(seed + 200)))]
    return dealt


def finds_format(images: AuditedImages, seed: int) -> bool:
    """Whether a format that goes with a class is told of the files."""
    is_jpeg = drawn_class(images, seed) & (np.random.default_rng(seed + 100).random(len(images)) < 0.9)
    looks = dealt_looks(images, seed)
    looks["format"] = np.where(is_jpeg, b"JPEG", b"PNG")
    looks["n_bytes"] = np.where(is_jpeg, 0.4, 1) * looks["n_bytes"]
    return "the file format" in told_of("file_tells_class", images, looks, seed)


def finds_darkness(images: AuditedImages, seed: int) -> bool:
    """Whether a class that is darker than the others is told by its brightness or colour."""
    is_dark = drawn_class(images, seed)
    looks = dealt_looks(images, seed)
    for field in ("brightness", "darkest", "brightest", "contrast", "colour", "border"):
        looks[field][is_dark] *= 0.6
    looks["sharpness"][is_dark] *= 0.6**2
    told = told_of("picture_tells_class", images, looks, seed)
    name = images.class_names[int(images.labels[is_dark][0])]
    return ("brightness" in told or "colour" in told) and (images.n_classes == 2 or name in told)


def told_of(code: str, images: AuditedImages, looks: NDArray[Any], seed: int) -> str:
    """The examples of a finding, if there is one."""
    found = find_shortcuts(replace(images, looks=looks), seed=seed)
    return " ".join(" ".join(one.examples) for one in found if one.code == code)


def finds_slice(images: AuditedImages, seed: int) -> bool:
    """Whether a hundred images that are recognised 15 points worse than the rest are told."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(images))[: min(100, len(images) // 4)]
    assert images.probabilities is not None
    right = images.probabilities.argmax(axis=1) == images.labels
    wanted = round(len(chosen) * (np.delete(right, chosen).mean() - 0.15))
    changed = rng.permutation(chosen[right[chosen]])[: max(0, right[chosen].sum() - wanted)]
    probabilities = images.probabilities.copy()
    probabilities[changed] = np.eye(images.n_classes)[(images.labels[changed] + 1) % images.n_classes]
    site = np.full(len(images), "elsewhere")
    site[chosen] = "here"
    found = find_weak_slices(replace(images, probabilities=probabilities, columns={"site": site}), seed=seed)
    return any("site" in " ".join(one.examples) for one in found)


def count_strange(images: AuditedImages, other: AuditedImages, seed: int) -> tuple[int, int]:
    """How many of ten images of another data set, with labels by chance, are told; and how many of its own."""
    rng = np.random.default_rng(seed)
    strange = other.select(rng.permutation(len(other))[:10])
    assert images.features is not None
    assert strange.features is not None
    mixed = AuditedImages(
        paths=images.paths + tuple(f"strange/{path}" for path in strange.paths),
        labels=np.concatenate([images.labels, rng.choice(images.labels, 10)]),
        class_names=images.class_names,
        digests=images.digests + strange.digests,
        sides=(None,) * (len(images) + 10),
        groups=(*images.groups, *(None,) * 10),
        features=np.concatenate([images.features, strange.features]),
        n_penultimate=images.n_penultimate,
    )
    paths = [case.paths[0] for one in find_outliers(mixed, seed=seed) for case in one.cases]
    n_strange = sum(path.startswith("strange/") for path in paths)
    return n_strange, len(paths) - n_strange


def report_alarms(name: str, images: AuditedImages, n_shuffles: int) -> None:
    """How often anything is told of shuffled labels and of sides that were dealt by chance."""
    units = cluster_units(images.digests, images.groups)
    points, kinds = first_axes(images), Counter[str]()
    for seed, order in enumerate(shuffle_units(units, n_shuffles, np.random.default_rng(0))):
        labels = images.labels[order]
        is_test = split_holdout(labels, units, images.digests, test_fraction=0.25, seed=seed)
        sides = tuple("test" if flag else "train" for flag in is_test)
        shuffled = with_answers(replace(images, labels=labels, sides=sides), points)
        told = {one.kind for one in every_alarm(shuffled, seed)}
        kinds.update([*told, *(["any"] if told else [])])
    by_kind = ", ".join(f"{kind} {kinds[kind]}" for kind in ("shortcuts", "slices", "shift"))
    print(f"{name:<14} {n_shuffles} shuffles of the labels: alarms in {kinds['any']} ({by_kind})", flush=True)


def every_alarm(images: AuditedImages, seed: int) -> Sequence[AuditFinding]:
    """What the three tests say."""
    log = CheckLog()
    for find in (find_shortcuts, find_weak_slices, find_shift):
        log.add("shortcuts", find.__name__, "all images", partial(find, images, seed=seed))
    return log.findings


if __name__ == "__main__":
    main()

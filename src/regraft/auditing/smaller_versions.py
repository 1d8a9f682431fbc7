"""Thumbnails beside their originals: the same picture, much smaller, under a name that says so or any other.

A name alone proves nothing (`cell_small.png` may be a small cell), so the pictures are compared, too: their thumbnails
must be more alike than nearly all pairs of other images of the data set are.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.findings import Action, Case, make_audit_finding
from regraft.core import generator, plural
from regraft.data import THUMBNAIL_PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_MARKS = r"thumb(?:nail)?s?|tn|tmb|small|mini|preview|icon|lowres|scaled|resized"
_MARK = re.compile(rf"^(?:{_MARKS})[-_. ]+|[-_. ]+(?:{_MARKS}|\d{{2,4}}x\d{{2,4}}|\d{{2,4}}px)$", re.IGNORECASE)
"""What programs put before or behind the name of a smaller version: thumb_, -150x150, _small."""
_FOLDER = re.compile(rf"^(?:{_MARKS})$", re.IGNORECASE)
_SMALLER = 4
"""Times fewer pixels: half of each side."""
_N_BLOCKS = 4
_N_NEAREST = 4
_RADIUS = 8.0
"""Two grey levels in each of 16 parts: what another size and another quality of JPEG change."""
_FLAT_PART = 0.1
"""Of a thumbnail's own contrast: two that differ by more are two pictures, and flat ones have none."""
_N_PAIRS = 2000
_N_AT_ONCE = 4096
_CHANCE = 0.001
"""Of pairs that are not the same picture, so many may be as alike."""


def find_smaller_versions(images: AuditedImages, looks: NDArray[Any]) -> Iterator[AuditFinding]:
    """Look for small versions of images beside these.

    Args:
        images: The images.
        looks: (n,) their looks.

    Yields:
        One finding, where there are some.
    """
    n_pixels = looks["width"].astype(np.int64) * looks["height"]
    pairs = dict(_alike_by_pixels(looks, n_pixels)) | dict(_alike_by_name(images, n_pixels))
    if not pairs:
        return
    limit = _chance_distance(looks)
    found = sorted(
        (distance, small, large)
        for small, large in pairs.items()
        if (distance := _distance(looks, small, large)) <= min(limit, _FLAT_PART * _contrast(looks, small))
    )
    if not (n := len(found)):
        return
    n_split = sum(images.sides[small] != images.sides[large] for _distance, small, large in found)
    split = f" {n_split:,} of them {'lies' if n_split == 1 else 'lie'} on another side of the split." if n_split else ""
    yield make_audit_finding(
        "files",
        "smaller_versions",
        f"{plural(n, 'image')} {'is a small version' if n == 1 else 'are small versions'} of another one.{split}",
        severity="warning" if n_split else "note",
        certainty="likely",
        cause="A gallery or a program that makes previews left its small pictures beside the originals.",
        advice="Leave the small ones out.",
        n=n,
        evidence={
            "n_small": n,
            "n_images": len(images),
            "n_across_sides": n_split,
            "difference_by_chance": round(limit, 2),
        },
        cases=(
            Case(
                paths=(images.paths[small], images.paths[large]),
                note=f"{_size(looks, small)} and {_size(looks, large)} pixels",
                score=1 - distance / 255,
                actions=(Action(verb="quarantine"), Action(verb="keep")),
            )
            for distance, small, large in found
        ),
    )


def _alike_by_name(images: AuditedImages, n_pixels: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Small images whose name without its mark is a larger one's."""
    rows: dict[tuple[str, str], int] = {}
    marked: list[tuple[int, tuple[str, str]]] = []
    for row, path in enumerate(images.paths):
        folder, name = posixpath.split(path)
        above, last = posixpath.split(folder)
        stem, lies_apart = posixpath.splitext(name)[0], bool(_FOLDER.match(last))
        plain = _MARK.sub("", stem)
        if plain and (lies_apart or plain != stem):
            marked.append((row, (above if lies_apart else folder, plain.lower())))
        else:
            rows[folder, stem.lower()] = row
    for small, original in marked:
        large = rows.get(original)
        if large is not None and n_pixels[small] * _SMALLER <= n_pixels[large]:
            yield small, large


def _alike_by_pixels(looks: NDArray[Any], n_pixels: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Small images whose thumbnail is nearly a larger one's, whatever they are called."""
    has_contrast = _contrasts(looks["thumbnail"]) * _FLAT_PART >= 1  # else rounding is too much
    is_small = has_contrast & (n_pixels * _SMALLER <= n_pixels.max(initial=0))
    is_large = has_contrast & (n_pixels >= n_pixels.min(initial=0) * _SMALLER)
    small, large = np.flatnonzero(is_small), np.flatnonzero(is_large)
    if not len(small) or not len(large):
        return
    from scipy.spatial import cKDTree

    means = _block_means(looks["thumbnail"])
    tree = cKDTree(means[large])
    near: Any = tree.query(means[small], k=_N_NEAREST, distance_upper_bound=_RADIUS)[1]
    for row, places in zip(small.tolist(), near.tolist(), strict=True):
        for place in places:
            if place < len(large) and n_pixels[row] * _SMALLER <= n_pixels[large[place]]:
                yield row, int(large[place])
                break


def _contrasts(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n,) standard deviations, some thousand at a time."""
    starts = range(0, len(thumbnails), _N_AT_ONCE)
    parts = [thumbnails[start : start + _N_AT_ONCE].std(axis=(1, 2), dtype=np.float32) for start in starts]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _block_means(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 16) mean levels of 4 x 4 parts."""
    side = THUMBNAIL_PIXELS // _N_BLOCKS
    parts = thumbnails.reshape(-1, _N_BLOCKS, side, _N_BLOCKS, side)
    means: NDArray[np.float32] = parts.mean(axis=(2, 4), dtype=np.float32).reshape(len(thumbnails), -1)
    return means


def _distance(looks: NDArray[Any], one: int, two: int) -> float:
    """Mean difference of two thumbnails, in grey levels."""
    thumbnails = looks["thumbnail"]
    return float(np.abs(thumbnails[one].astype(np.int16) - thumbnails[two]).mean())


def _contrast(looks: NDArray[Any], row: int) -> float:
    return float(looks["thumbnail"][row].std())


def _chance_distance(looks: NDArray[Any]) -> float:
    """How alike two images are that have nothing to do with each other: of a thousand pairs one is more alike."""
    one, two = generator(0, "smaller versions").integers(0, len(looks), (2, _N_PAIRS))
    one, two = one[one != two], two[one != two]
    distances = np.abs(looks["thumbnail"][one].astype(np.int16) - looks["thumbnail"][two]).mean(axis=(1, 2))
    return float(np.quantile(distances, _CHANCE, method="lower")) if len(distances) else 0.0


def _size(looks: NDArray[Any], row: int) -> str:
    return f"{int(looks['width'][row]):,} x {int(looks['height'][row]):,}"

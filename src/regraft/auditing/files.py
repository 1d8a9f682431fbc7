"""Suspicious files: what is known of them by their names, sizes and formats alone.

All of this is counted, not estimated. What is unusual is so among the images of the data set: a picture of 32 pixels is
tiny among photos and right among icons.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.checks import require
from regraft.auditing.findings import Case, make_audit_finding
from regraft.auditing.smaller_versions import find_smaller_versions
from regraft.core import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.findings import AuditFinding

_FORMAT_OF = {
    **dict.fromkeys((".jpg", ".jpeg", ".jfif"), "JPEG"),
    **dict.fromkeys((".ppm", ".pgm", ".pbm"), "PPM"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **{f".{name.lower()}": name for name in ("PNG", "BMP", "GIF", "WEBP")},
}
_TINY_PART = 0.25
"""Of the usual side. A network that sees 224 pixels of the usual image sees 56 of such a one, enlarged."""
_FENCE = 3.0
"""Times the quartiles' distance below the lower quartile is far outside (Tukey, "Exploratory data analysis", 1977)."""
_FEW_PART = 0.05
_N_IMAGES_MIN = 20
"""Of fewer images nothing is the usual one."""


def find_suspicious_files(images: AuditedImages) -> tuple[AuditFinding, ...]:
    """Look for files that are not what they seem.

    Args:
        images: Images with looks.

    Raises:
        NotChecked: There are none.
    """
    looks = images.decoded_looks
    return (*_hidden(images, looks), *find_smaller_versions(images, looks), *_misnamed(images, looks))


def find_unusual_files(images: AuditedImages) -> tuple[AuditFinding, ...]:
    """Look for a few files unlike the others: tiny ones, grey ones among coloured ones.

    Args:
        images: At least 20 images with looks.

    Raises:
        NotChecked: There are fewer.
    """
    looks = images.decoded_looks
    require(len(images), _N_IMAGES_MIN, "image")
    return (*_tiny(images, looks), *_few_of_a_kind(images, looks))


def _misnamed(images: AuditedImages, looks: NDArray[Any]) -> Iterator[AuditFinding]:
    endings = [posixpath.splitext(path)[1].lower() for path in images.paths]
    formats = [name.decode() for name in looks["format"].tolist()]
    rows = [
        row
        for row, (ending, name) in enumerate(zip(endings, formats, strict=True))
        if name and _FORMAT_OF.get(ending, name) != name
    ]
    if not rows:
        return
    kinds = Counter((endings[row], formats[row]) for row in rows).most_common()
    told = ", ".join(f"{n:,} {ending} {'is' if n == 1 else 'are'} {name}" for (ending, name), n in kinds[:3])
    yield make_audit_finding(
        "files",
        "misnamed",
        f"{plural(len(rows), 'file')} {'is' if len(rows) == 1 else 'are'} not what the name says: {told}"
        f"{' and more' if len(kinds) > 3 else ''}.",
        severity="note",
        certainty="certain",
        cause="A program saved them in another format than it was told, or somebody renamed them.",
        advice="Nothing here depends on names. Other programs may refuse these files: rename them.",
        n=len(rows),
        evidence={"n_misnamed": len(rows), "n_images": len(images)},
        cases=(Case(paths=(images.paths[row],), note=f"{endings[row]}, but {formats[row]}") for row in rows),
    )


def _hidden(images: AuditedImages, looks: NDArray[Any]) -> Iterator[AuditFinding]:
    rows = np.flatnonzero(looks["is_uncovered"])
    if not (n := len(rows)):
        return
    yield make_audit_finding(
        "files",
        "hidden_colours",
        f"{plural(n, 'image')} {'is' if n == 1 else 'are'} transparent everywhere, so programs show nothing: the "
        "colours under that are used.",
        severity="note",
        certainty="certain",
        cause="A mask was saved as the image's opacity, or a program erased the picture and kept its colours.",
        advice="Leave out what is not meant, or save it without transparency.",
        n=n,
        evidence={"n_hidden": n, "n_images": len(images)},
        cases=(Case(paths=(images.paths[row],)) for row in rows),
    )


def _tiny(images: AuditedImages, looks: NDArray[Any]) -> Iterator[AuditFinding]:
    """Images at most a quarter as large per side as the usual one, and far outside of what is common here."""
    sides = np.sqrt(looks["width"].astype(np.float64) * looks["height"])
    usual = float(np.median(sides))
    low, high = np.quantile(np.log(sides), (0.25, 0.75))
    limit = min(usual * _TINY_PART, float(np.exp(low - _FENCE * (high - low))))
    rows = np.flatnonzero(sides <= limit)
    if not (n := len(rows)):
        return
    rows = rows[np.argsort(sides[rows], kind="stable")]
    middle = int(np.argsort(sides, kind="stable")[len(sides) // 2])
    yield make_audit_finding(
        "files",
        "tiny",
        f"{plural(n, 'image')} of {len(images):,} {'is' if n == 1 else 'are'} tiny: the smallest has "
        f"{_size(looks, int(rows[0]))} pixels, the usual one {_size(looks, middle)}.",
        severity="note",
        certainty="certain",
        cause="Thumbnails, icons or cut-outs came with the images.",
        advice="Look at them: an enlarged thumbnail has little to learn from. Leave them out, or take the originals.",
        n=n,
        evidence={"n_tiny": n, "n_images": len(images), "usual_side": round(usual, 1), "limit_side": round(limit, 1)},
        cases=(
            Case(
                paths=(images.paths[row],),
                note=f"{_size(looks, int(row))} pixels",
                score=min(1.0, max(0.0, 1 - float(sides[row]) / usual)),
            )
            for row in rows
        ),
    )


def _few_of_a_kind(images: AuditedImages, looks: NDArray[Any]) -> Iterator[AuditFinding]:
    """A few grey images among colour ones, or the reverse; a picture is grey also where its file could hold colours."""
    is_grey = looks["is_grey"] | (looks["saturation"] == 0)
    for code, few, others, is_few in (
        ("grey_among_colour", "grey", "coloured", is_grey),
        ("colour_among_grey", "coloured", "grey", ~is_grey),
    ):
        n = int(is_few.sum())
        if not 0 < n <= _FEW_PART * len(images):
            continue
        rows = np.flatnonzero(is_few)
        labels = Counter(images.labels[rows].tolist())
        label, n_in_class = labels.most_common(1)[0]
        yield make_audit_finding(
            "files",
            code,
            f"{plural(n, 'image')} of {len(images):,} {'is' if n == 1 else 'are'} {few}, all others are {others}.",
            severity="note",
            certainty="certain",
            cause="They come from another camera, program or source, or were scanned.",
            advice="Look whether they belong here, and whether they are of one class: then it is told by its colours.",
            n=n,
            evidence={f"n_{few}": n, "n_images": len(images), "n_in_one_class": 0 if label < 0 else n_in_class},
            cases=(Case(paths=(images.paths[row],)) for row in rows),
        )


def _size(looks: NDArray[Any], row: int) -> str:
    return f"{int(looks['width'][row]):,} x {int(looks['height'][row]):,}"

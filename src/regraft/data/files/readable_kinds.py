"""Signatures of the formats that can be decoded."""

from __future__ import annotations

import re
from typing import Literal

READABLE_KINDS = ("JPEG", "PNG", "PPM", "BMP", "GIF", "WEBP", "TIFF")
"""The formats that can be decoded."""
N_SIGNATURE_BYTES = 4096
"""So many bytes of a file's beginning suffice to tell what it is."""

_READABLE = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}


def is_hardly_begun(content: bytes) -> bool:
    """Whether it ends within the signature of an image.

    Args:
        content: All bytes of a file.
    """
    return len(content) < 12 and (content.startswith(b"RIFF") or any(full.startswith(content) for full in _READABLE))


_N_BMP_BYTES = 18
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_GAP = rb"(?:\s|#[^\n]*(?:\n|\Z))+"
_SIZE = rb"(?:\Z|%b(?:\Z|\d+(?:\Z|%b(?:\Z|\d+(?:\Z|%%b)))))" % (_GAP, _GAP)
_PNM = re.compile(
    rb"|".join(
        (
            rb"P1" + _SIZE % (_GAP + rb"(?:\Z|[01])"),
            rb"P4" + _SIZE % rb"\s",
            rb"P[23]" + _SIZE % (_GAP + rb"(?:\Z|\d{1,5}(?:\Z|%b(?:\Z|\d)))" % _GAP),
            rb"P[56]" + _SIZE % (_GAP + rb"(?:\Z|\d{1,5}(?:\Z|\s))"),
            rb"Pf" + _SIZE % (_GAP + rb"(?:\Z|[-+]?(?:\Z|[\d.]))"),
        )
    )
)
"""Width, height, the brightest value, as far as they are there: the letters alone begin too many texts."""


def readable_name(content: bytes) -> str | None:
    """The format, one of READABLE_KINDS, that some bytes begin like; None for any other.

    Args:
        content: All bytes of a file, or at least the first N_SIGNATURE_BYTES.
    """
    for signature, name in _READABLE.items():
        if content.startswith(signature):
            return name if name != "TIFF" or not _is_raw_tiff(content) else None
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith(b"BM") and CONTROLS.search(content[:_N_BMP_BYTES]):
        return "BMP"
    return "PPM" if _PNM.match(content[:N_SIGNATURE_BYTES]) else None


# TIFF 6.0; TIFF/EP (ISO 12234-2) and Adobe's DNG 1.7: raw photos begin with a small preview
_DNG_VERSION, _NEW_SUBFILE_TYPE, _SUB_IFDS = 50706, 254, 330


def _is_raw_tiff(content: bytes) -> bool:
    """Whether a TIFF is a camera's raw photo, of which any reader of TIFFs gives a preview of stamp size."""
    if content.startswith(b"CR\x02", 8):
        return True
    if not content.startswith((b"II*\0", b"MM\0*")):
        return False
    order: Literal["little", "big"] = "little" if content.startswith(b"II") else "big"
    start = int.from_bytes(content[4:8], order)
    n_tags = int.from_bytes(content[start : start + 2], order)
    tags: dict[int, int] = {}
    for place in range(start + 2, min(start + 2 + 12 * n_tags, len(content) - 11), 12):
        tag = int.from_bytes(content[place : place + 2], order)
        tags[tag] = int.from_bytes(content[place + 8 : place + 12], order)
    return _DNG_VERSION in tags or (_SUB_IFDS in tags and tags.get(_NEW_SUBFILE_TYPE) == 1)

"""Files that end too early: cut anywhere, they are never taken for whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.case import Case
from corpus.whole import sound_files, suffix_of
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = (0.01, 0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.98)
WHOLE_WITHOUT_ITS_END = ("png", "png-palette", "gif", "jpeg", "jpeg-grey", "jpeg-exif", "jpeg-restarts")
"""Formats whose last bytes only say that nothing follows; a progressive JPEG might lack a scan."""


def cut_files() -> Iterator[Case]:
    """Every sound file, cut at nine places and before its last byte."""
    for name, (data, pixels, tolerance) in sound_files().items():
        for share in SHARES:
            yield Case(
                f"{name} cut to {share:.0%}", data[: int(len(data) * share)], Reason.TRUNCATED, 0, suffix_of(name)
            )
        expected = pixels if name in WHOLE_WITHOUT_ITS_END else Reason.TRUNCATED
        yield Case(f"{name} without its last byte", data[:-1], expected, tolerance, suffix_of(name))
    for name, (data, _pixels, _tolerance) in sound_files().items():
        if name in ("jpeg", "png", "gif", "tiff", "webp", "bmp"):
            yield Case(f"{name} of its first four bytes", data[:4], Reason.TRUNCATED, 0, suffix_of(name))
    yield Case("png of its signature", sound_files()["png"][0][:8], Reason.TRUNCATED, 0, ".png")

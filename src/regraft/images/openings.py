"""What stands before the pixels: Pillow walks it step by step, so a file of nothing else would hold it for ever.

A step takes about a microsecond; a real file has a few hundred of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regraft.data import Reason, UnreadableImageError
from regraft.images.jpeg_ends import segments

if TYPE_CHECKING:
    from collections.abc import Iterator

N_STEPS_MAX = 200_000
_N_PPM_BYTES, _N_PPM_BYTES_MAX = 1 << 10, 1 << 20
"""Of its header: mostly, and at most."""
_COMMENT = re.compile(rb"#[^\r\n]*")
_JPEG_SCAN = b"\xff\xda"


def check_opening(data: bytes, kind: str) -> None:
    """Refuse an image of a format without checksums whose pixels are far behind its beginning.

    Args:
        data: Of the file.
        kind: One of FORMATS.

    Raises:
        UnreadableImageError: They are.
    """
    if kind == "PPM":
        _check_ppm(data)
        return
    steps = {"JPEG": _jpeg_steps, "GIF": _gif_steps}.get(kind)
    n_steps = 0
    for n_more in steps(data) if steps else ():
        n_steps += n_more
        if n_steps > N_STEPS_MAX:
            raise UnreadableImageError(Reason.DAMAGED, f"more than {N_STEPS_MAX:,} parts stand before its pixels")


def check_gif_frames(data: bytes) -> None:
    """The same of a GIF, as far as its last frame: for who looks at more than the first.

    Raises:
        UnreadableImageError: It has far more parts than bytes of pixels.
    """
    n_steps = sum(_gif_steps(data, is_whole=True))
    if n_steps > N_STEPS_MAX + len(data) // 64:  # a full part has 255 bytes
        raise UnreadableImageError(Reason.DAMAGED, f"it has {n_steps:,} parts")


def _jpeg_steps(data: bytes) -> Iterator[int]:
    """Of each segment before the first scan: one for it, one for each byte that fills up the space before it."""
    behind = 2
    for _marker, start, end in segments(data):
        yield 1 + max(start - 4 - behind, 0)
        behind = end
    scan = data.find(_JPEG_SCAN, behind)
    yield (scan if scan >= 0 else len(data)) - behind


def _gif_steps(data: bytes, *, is_whole: bool = False) -> Iterator[int]:
    """One for each byte between blocks, and each part of a block (GIF 89a, 15); up to the first frame, or the last."""
    place = 13 + _n_table_bytes(data[10:11])
    while place < len(data):
        introducer = data[place]
        place += 1
        yield 1
        if introducer == 0x3B:
            return
        if introducer == 0x2C:
            if not is_whole:
                return
            place += 9 + _n_table_bytes(data[place + 8 : place + 9]) + 1
        elif introducer == 0x21:
            place += 1
        else:
            continue
        while place < len(data) and (n_bytes := data[place]):
            place += 1 + n_bytes
            yield 1
        place += 1


def _n_table_bytes(flags: bytes) -> int:
    """Of the table of colours that flags announce."""
    return 3 * (2 << (flags[0] & 7)) if flags and flags[0] & 0x80 else 0


def _check_ppm(data: bytes) -> None:
    n_words = 3 if data[1:2] in (b"1", b"4") else 4
    beginnings = (data[:n_bytes] for n_bytes in (_N_PPM_BYTES, _N_PPM_BYTES_MAX))
    is_there = any(len(_COMMENT.sub(b"", one).split(None, n_words)) >= n_words for one in beginnings)
    if len(data) > _N_PPM_BYTES_MAX and not is_there:
        raise UnreadableImageError(Reason.DAMAGED, f"its header has more than {_N_PPM_BYTES_MAX:,} bytes")

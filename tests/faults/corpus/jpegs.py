"""JPEGs with lost data, of the printing trade, with strange segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from corpus.case import Case
from corpus.pictures import JPEG, JPEG_TOLERANCE, encode, quarters, segment, soft, with_segments
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

END = b"\xff\xd9"


def jpegs_with_lost_data() -> Iterator[Case]:
    """Bytes taken out of the pixel data or zeroed, with the end marker in place: libjpeg alone would say nothing."""
    for name, options in (("jpeg", {}), ("progressive jpeg", {"progressive": True})):
        data = encode(soft(400, 560), "JPEG", **JPEG, **options)
        start = data.index(b"\xff\xda") + 20
        for share in (0.1, 0.3, 0.5, 0.7, 0.9):
            place = start + int((len(data) - start) * share)
            cut = data[:place] + data[place + 3000 :]
            zeroed = data[:place] + bytes(3000) + data[place + 3000 :]
            reason = Reason.DAMAGED
            if len(data) - place > 3002:
                yield Case(f"{name} that lost 3000 bytes at {share:.0%}", cut, reason)
                yield Case(f"{name} with 3000 zeroed bytes at {share:.0%}", zeroed, reason)
            yield Case(f"{name} ended by force at {share:.0%}", data[:place] + END, Reason.DAMAGED)


def odd_jpegs() -> Iterator[Case]:
    """JPEGs that are strange and sound."""
    picture = soft()
    data = encode(picture, "JPEG", **JPEG)
    strange = {
        "with text behind it": data + b"<html>" * 1000,
        "with another one behind it": data + encode(soft(seed=1), "JPEG"),
        "with five zero bytes before its end": data[:-2] + bytes(5) + END,
        "with fill bytes before a segment": data[:2] + b"\xff" * 9 + data[2:],
        "with a garbage colour profile": with_segments(data, segment(0xE2, b"ICC_PROFILE\0\x01\x01" + b"\xa5" * 500)),
        "with a piece of colour profile missing": with_segments(
            data, segment(0xE2, b"ICC_PROFILE\0\x02\x03" + bytes(50))
        ),
        "with a comment of markup": with_segments(data, segment(0xFE, b"<script>alert(1)</script>")),
        "with 2000 comments": with_segments(data, *[segment(0xFE, b"x" * 30)] * 2000),
        "with 60 KB of unknown data": with_segments(data, segment(0xEF, bytes(60_000))),
        "with a garbage XMP block": with_segments(data, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x")),
        "with a garbage resource block": with_segments(data, segment(0xED, b"Photoshop 3.0\x008BIM" + b"\xff" * 40)),
        "with a garbage index of pictures": with_segments(data, segment(0xE2, b"MPF\0" + b"\xff" * 40)),
        "with a thumbnail in its EXIF block": with_segments(
            data, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + encode(soft(seed=2)[:8, :8], "JPEG"))
        ),
        "of an unknown JFIF revision": data.replace(b"JFIF\0\x01", b"JFIF\0\x07", 1),
    }
    for name, odd in strange.items():
        yield Case(f"jpeg {name}", odd, picture, JPEG_TOLERANCE)
    for subsampling, name in ((1, "4:2:2"), (2, "4:2:0")):
        yield Case(f"jpeg of {name}", encode(picture, "JPEG", quality=95, subsampling=subsampling), picture, 40)
    yield Case(
        "jpeg with its own Huffman tables", encode(picture, "JPEG", optimize=True, **JPEG), picture, JPEG_TOLERANCE
    )
    tables, scan = data.index(b"\xff\xc4"), data.index(b"\xff\xda")
    yield Case("jpeg of a video, without Huffman tables", data[:tables] + data[scan:], picture, JPEG_TOLERANCE)
    yield Case("jpeg stored as RGB", encode(picture, "JPEG", keep_rgb=True, **JPEG), picture, JPEG_TOLERANCE)
    yield Case("jpeg of the lowest quality", encode(quarters(), "JPEG", quality=1, subsampling=0), quarters(), 60)


def refused_jpegs() -> Iterator[Case]:
    """JPEGs of which no reader could make a picture."""
    data = encode(soft(), "JPEG", **JPEG)
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    first_table = data.index(b"\xff\xdb")
    broken = {
        "of its start and end": (b"\xff\xd8" + END, Reason.DAMAGED),
        "without a scan": (data[:scan] + END, Reason.DAMAGED),
        "without its pixel data": (data[: scan + 14] + END, Reason.DAMAGED),
        "without quantisation tables": (data[:first_table] + data[frame:], Reason.DAMAGED),
        "without its frame header": (data[:frame] + data[frame + 19 :], Reason.DAMAGED),
        "of 12 bits": (data[: frame + 4] + b"\x0c" + data[frame + 5 :], Reason.UNSUPPORTED),
        "of 7 components": (data[: frame + 9] + b"\x07" + data[frame + 10 :], Reason.DAMAGED),
        "of arithmetic coding that is none": (data[:frame] + b"\xff\xc9" + data[frame + 2 :], Reason.DAMAGED),
        "of the lossless process": (data[:frame] + b"\xff\xc3" + data[frame + 2 :], Reason.UNSUPPORTED),
        "of the hierarchical process": (data[:frame] + b"\xff\xc5" + data[frame + 2 :], Reason.DAMAGED),
        "of a sampling factor 0": (data[: frame + 11] + b"\0" + data[frame + 12 :], Reason.DAMAGED),
        "of an endless segment": (data[:4] + b"\xff\xff" + data[6:], Reason.DAMAGED),
        "of a segment with no length": (data[:4] + b"\0\0" + data[6:], Reason.DAMAGED),
    }
    for name, (odd, reason) in broken.items():
        yield Case(f"jpeg {name}", odd, reason)
    progressive = encode(soft(), "JPEG", progressive=True, **JPEG)
    last = progressive.rindex(b"\xff\xda")
    repeated = progressive[:-2] + progressive[last:-2] * 200 + END
    yield Case("jpeg of two hundred scans", repeated, Reason.DAMAGED)


def jpegs_of_the_printing_trade() -> Iterator[Case]:
    """CMYK, with and without Adobe's marker, as CMYK and as YCCK: never a negative."""
    picture = quarters()
    inks = Image.fromarray(picture).convert("CMYK")
    data = encode(inks, "JPEG", **JPEG)
    yield Case("jpeg of CMYK inks", data, picture, JPEG_TOLERANCE)
    progressive = encode(inks, "JPEG", progressive=True, **JPEG)
    yield Case("progressive jpeg of CMYK inks", progressive, picture, JPEG_TOLERANCE)
    yield Case("jpeg of YCCK inks", _ycck(inks), picture, JPEG_TOLERANCE + 8)
    black = Image.fromarray(np.tile(np.array([0, 0, 0, 255], np.uint8), (24, 24, 1)), "CMYK")
    yield Case("jpeg of black ink", encode(black, "JPEG", **JPEG), np.zeros((24, 24, 3), np.uint8), 4)
    paper = Image.fromarray(np.zeros((24, 24, 4), np.uint8), "CMYK")
    yield Case("jpeg of no ink", encode(paper, "JPEG", **JPEG), np.full((24, 24, 3), 255, np.uint8), 4)
    yield Case("jpeg of CMYK inks, cut", data[:-20], Reason.TRUNCATED)
    without_end = encode(Image.fromarray(soft()).convert("CMYK"), "JPEG", **JPEG)[:-2]
    yield Case("jpeg of CMYK inks, without its end", without_end, soft(), JPEG_TOLERANCE)


def _ycck(inks: Image.Image) -> bytes:
    """A YCCK file: the first three inks, inverted, as luminance and two colours; Adobe's marker says so."""
    inverted = 255 - np.asarray(inks)
    colours = np.asarray(Image.fromarray(255 - inverted[:, :, :3]).convert("YCbCr"))
    channels = np.dstack([colours, inverted[:, :, 3]])
    # Pillow inverts what it writes as CMYK: hand it the opposite.
    data = encode(Image.fromarray(255 - channels, "CMYK"), "JPEG", **JPEG)
    place = data.index(b"Adobe") + 11
    return data[:place] + b"\x02" + data[place + 1 :]

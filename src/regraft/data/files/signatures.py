"""What a file is, by its first bytes: an image that can be read, one that must be converted, or something else.

Names lie: phones write HEIC into files called .jpg, and a download that failed leaves a web page there. One table of
signatures is used wherever content decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from regraft.data.files.readable_kinds import (
    CONTROLS,
    N_SIGNATURE_BYTES,
    READABLE_KINDS,
    is_hardly_begun,
    readable_name,
)
from regraft.data.files.unreadable import Reason, UnreadableImageError

N_END_BYTES = 18
"""So many bytes of its end are wanted besides, where it is longer."""

_Sort = Literal["readable", "image", "other"]


@dataclass(frozen=True)
class ContentKind:
    """What some bytes are.

    Attributes:
        name: One of READABLE_KINDS, or a name with an article where there should be one: `HEIC`, `a PDF document`.
        sort: An image that can be read, an image of a format that cannot, or something else.
        remedy: What to do with it; empty where it can be read.
    """

    name: str
    sort: _Sort
    remedy: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether it is an image of one of READABLE_KINDS."""
        return self.sort == "readable"

    @property
    def is_image(self) -> bool:
        """Whether it is an image, one that can be read or not."""
        return self.sort != "other"


def identify_content(content: bytes) -> ContentKind | None:
    """What a file is, by its content; None where nothing is known that looks like it.

    Args:
        content: All bytes of a file, or at least the first N_SIGNATURE_BYTES, with the last N_END_BYTES for formats
            that are known by their end alone.
    """
    name = readable_name(content)
    if name is not None:
        return ContentKind(name, "readable")
    if content[4:8] == b"ftyp":
        return _identify_brands(content)
    for place, signature, kind in _OTHERS:
        if content.startswith(signature, place):
            return kind
    return _identify_loosely(content)


def require_readable(content: bytes) -> str:
    """The format of an image, one of READABLE_KINDS.

    Raises:
        UnreadableImageError: It is none of them; the error says what it is instead, and what to do.
    """
    if not content:
        raise UnreadableImageError(Reason.EMPTY, "the file has no bytes")
    kind = identify_content(content)
    if (kind is None or not kind.is_readable) and is_hardly_begun(content):
        raise UnreadableImageError(Reason.TRUNCATED, "the file ends before its image does")
    if kind is None:
        raise UnreadableImageError(Reason.NOT_AN_IMAGE, f"its content is none of {', '.join(READABLE_KINDS)}")
    if not kind.is_readable:
        reason = Reason.UNSUPPORTED if kind.is_image else Reason.NOT_AN_IMAGE
        raise UnreadableImageError(reason, f"it is {kind.name}; {kind.remedy}")
    return kind.name


_CONVERT = f"convert it to one of {', '.join(READABLE_KINDS)}"
_UNPACK = "unpack it"
_HEIC = ContentKind("HEIC", "image", _CONVERT)
_HEIF = ContentKind("HEIF", "image", _CONVERT)
_AVIF = ContentKind("AVIF", "image", _CONVERT)
_JXL = ContentKind("JPEG XL", "image", _CONVERT)
_JP2 = ContentKind("JPEG 2000", "image", _CONVERT)
_RAW = ContentKind("a camera's raw photo", "image", "develop it (with its camera's program), and save it as JPEG")
_CR2 = ContentKind("a Canon raw photo", "image", _RAW.remedy)
_VIDEO = ContentKind("a video", "other", "take its frames out (ffmpeg -i VIDEO frame-%05d.jpg), or leave it out")
_SOUND = ContentKind("a sound", "other", "leave it out")
_PAGE = ContentKind("a web page", "other", "what it was fetched from gave an error or asks for a login: fetch it anew")
_TEXT = ContentKind("a text", "other", "perhaps an error message that was fetched instead of an image: look into it")
_LFS = ContentKind("a pointer of Git LFS", "other", "fetch the file itself with: git lfs pull")
_ANNEX = ContentKind("a pointer of git-annex", "other", "fetch the file itself with: git annex get")
_BASE64 = ContentKind("an image written as text (Base64)", "other", "decode it (base64 -d)")
_SVG = ContentKind("SVG", "image", _CONVERT)

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), _HEIC),
    **dict.fromkeys((b"avif", b"avis", b"avio"), _AVIF),
    **dict.fromkeys((b"jxl ",), _JXL),
    **dict.fromkeys((b"jp2 ", b"jpx ", b"jpm ", b"jph ", b"mjp2"), _JP2),
    b"crx ": _CR2,
}
_GENERAL_BRANDS = frozenset((b"mif1", b"mif2", b"mif3", b"msf1", b"heif", b"miaf", b"MiHB", b"MiHE", b"1pic", b"pict"))
"""Say that there is an image, not how it is coded; the compatible brands behind them do."""
_SOUND_BRANDS = frozenset((b"M4A ", b"M4B ", b"M4P ", b"F4A "))


def _identify_brands(content: bytes) -> ContentKind:
    """A file in boxes (ISO/IEC 14496-12, 4.3): the major brand, a version, the compatible brands."""
    end = min(int.from_bytes(content[:4], "big"), len(content), N_SIGNATURE_BYTES)
    brands = [content[8:12], *(content[place : place + 4] for place in range(16, end, 4))]
    if brands[0] in _BRANDS or brands[0] in _GENERAL_BRANDS:
        return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), _HEIF)
    return _SOUND if brands[0] in _SOUND_BRANDS else _VIDEO


def _image(name: str) -> ContentKind:
    return ContentKind(name, "image", _CONVERT)


def _packed(name: str) -> ContentKind:
    return ContentKind(name, "other", _UNPACK)


_OTHERS: tuple[tuple[int, bytes, ContentKind], ...] = (
    (4, b"JXL \r\n\x87\n", _JXL),
    (0, b"\xff\x0a", _JXL),
    (4, b"jP  \r\n\x87\n", _JP2),
    (0, b"\xff\x4f\xff\x51", _JP2),
    (0, b"II\xbc\x01", _image("JPEG XR")),
    (0, b"\xff\xd8\xf7", _image("JPEG-LS")),
    (0, b"8BPS", _image("a Photoshop document")),
    (0, b"gimp xcf", _image("a GIMP document")),
    (0, b"\0\0\1\0", _image("an icon (ICO)")),
    (0, b"\0\0\2\0\1", _image("a cursor (CUR)")),
    (0, b"icns", _image("an icon (ICNS)")),
    (0, b"DDS ", _image("DDS")),
    (0, b"qoif", _image("QOI")),
    (0, b"P7\n", _image("PAM")),
    (0, b"PF\n", _image("a colour float map (PFM)")),
    (0, b"#?RADIANCE", _image("Radiance HDR")),
    (0, b"#?RGBE", _image("Radiance HDR")),
    (0, b"v/1\x01", _image("OpenEXR")),
    (0, b"SIMPLE  =", _image("FITS")),
    (128, b"DICM", _image("DICOM")),
    (0, b"AT&TFORM", _image("DjVu")),
    (0, b"BPG\xfb", _image("BPG")),
    (0, b"FLIF", _image("FLIF")),
    (0, b"\x8aMNG", _image("MNG")),
    (0, b"\x8bJNG", _image("JNG")),
    (0, b"\x59\xa6\x6a\x95", _image("a Sun raster")),
    (0, b"\x01\xda\x00", _image("SGI")),
    (0, b"\x01\xda\x01", _image("SGI")),
    (0, b"/* XPM */", _image("XPM")),
    (0, b"\xd7\xcd\xc6\x9a", _image("WMF")),
    (0, b"%!PS", _image("PostScript")),
    (0, b"\xc5\xd0\xd3\xc6", _image("PostScript")),
    (0, b"FUJIFILMCCD-RAW", _RAW),
    (0, b"IIRO", _RAW),
    (0, b"IIRS", _RAW),
    (0, b"MMOR", _RAW),
    (0, b"IIU\0", _RAW),
    (0, b"FOVb", _RAW),
    (0, b"\0MRM", _RAW),
    (8, b"CR\x02", _CR2),
    (0, b"%PDF", ContentKind("a PDF document", "other", "take its pictures out (pdfimages -all FILE PREFIX)")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ContentKind("an Office document", "other", "leave it out")),
    (4, b"moov", _VIDEO),
    (4, b"mdat", _VIDEO),
    (4, b"wide", _VIDEO),
    (4, b"pnot", _VIDEO),
    (8, b"AVI ", _VIDEO),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),
    (0, b"FLV\x01", _VIDEO),
    (0, b"\0\0\1\xba", _VIDEO),
    (0, b"\0\0\1\xb3", _VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _VIDEO),
    (8, b"WAVE", _SOUND),
    (0, b"OggS", _SOUND),
    (0, b"ID3", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"\x1f\x8b", _packed("compressed by gzip")),
    (0, b"BZh", _packed("compressed by bzip2")),
    (0, b"\xfd7zXZ\0", _packed("compressed by xz")),
    (0, b"\x28\xb5\x2f\xfd", _packed("compressed by zstd")),
    (0, b"PK\x03\x04", _packed("a zip archive")),
    (0, b"PK\x05\x06", _packed("an empty zip archive")),
    (0, b"7z\xbc\xaf\x27\x1c", _packed("a 7z archive")),
    (0, b"Rar!\x1a\x07", _packed("a RAR archive")),
    (257, b"ustar", _packed("a tar archive")),
    (0, b"\x93NUMPY", ContentKind("a NumPy array", "other", "save it as PNG")),
    (0, b"\x89HDF\r\n\x1a\n", ContentKind("an HDF5 file", "other", "save its images as PNG")),
    (0, b"PAR1", ContentKind("a Parquet file", "other", "name it to the command as a data set of its own")),
    (0, b"SQLite format 3\0", ContentKind("a database", "other", "leave it out")),
    (0, b"\x7fELF", ContentKind("a program", "other", "leave it out")),
    (0, b"MZ\x90\0", ContentKind("a program", "other", "leave it out")),
    (0, b"\0\5\x16\7", ContentKind("a companion file of macOS, not the image", "other", "leave it out")),
    (0, b"\x4c\0\0\0\x01\x14\x02\0", ContentKind("a shortcut of Windows", "other", "copy the file it leads to")),
)
"""Offset, the bytes there, and what they mean; the first one that fits counts."""

_TEXTS = (
    (re.compile(rb"version https://git-lfs\.github\.com/spec/"), _LFS),
    (re.compile(rb"\S{0,500}/annex/objects/"), _ANNEX),
    (re.compile(rb"<svg\b", re.IGNORECASE), _SVG),
    (re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE), _PAGE),
    (re.compile(rb"data:image/|/9j/[\w+/]{8}|iVBORw0KGgo|R0lGOD[\w+/]{8}|UklGR[\w+/]{8}"), _BASE64),
)
"""How texts begin that say more, behind what any XML may begin with."""
_PREAMBLES = ((b"<?xml", b"?>"), (b"<!--", b"-->"), (b"<!doctype svg", b">"))


def _identify_loosely(content: bytes) -> ContentKind | None:
    """What has no fixed first bytes."""
    if content.startswith((b"II*\0", b"MM\0*")):  # one that is a photo was recognised before
        return _RAW
    if content.endswith(b"TRUEVISION-XFILE.\0"):
        return _image("TGA")
    beginning = content[:N_SIGNATURE_BYTES].removeprefix(b"\xef\xbb\xbf")
    if len(content) >= 16 and not beginning.strip(b"\0"):
        return ContentKind("zeros only", "other", "a copy or a download of it failed: copy it anew")
    return _identify_text(beginning) if beginning.strip() and not CONTROLS.search(beginning) else None


def _identify_text(text: bytes) -> ContentKind | None:
    place = _behind_preambles(text)
    known = next((kind for begins, kind in _TEXTS if begins.match(text, place)), None)
    if known is not None:
        return known
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return _TEXT if error.start > max(0, len(text) - 4) else None  # its last character may be cut
    return _TEXT


def _behind_preambles(text: bytes) -> int:
    """Where the first element of a text in XML begins; one pass, however many remarks there are."""
    lower, place = text.lower(), 0
    while True:
        place = len(text) - len(text[place:].lstrip())
        ending = next((end for begin, end in _PREAMBLES if lower.startswith(begin, place)), None)
        if ending is None or (end := lower.find(ending, place)) < 0:
            return place
        place = end + len(ending)

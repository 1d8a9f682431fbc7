from __future__ import annotations

import struct

import pytest

from regraft.data.files import (
    N_SIGNATURE_BYTES,
    READABLE_KINDS,
    UnreadableImageError,
    identify_content,
    require_readable,
)


def brands(major, *compatible):
    """The first box of a file of the kind that MP4, HEIC and AVIF share."""
    content = major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", len(content) + 8) + b"ftyp" + content + bytes(100)


def tiff(tags, order="<"):
    """A TIFF's header and first directory."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    return head + b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags.items()) + bytes(4)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"P1 ", "PPM"),
        (b"P5\n", "PPM"),
        (b"P6\n# a remark\n12 4 255\n", "PPM"),
        (b"Pf\n", "PPM"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (tiff({254: 0, 330: 500}), "TIFF"),
        (b"GIF87a", "GIF"),
        (b"BM\x36\x20\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "BMP"),
    ],
)
def test_variants_of_readable_formats_are_known(content, name):
    """Plain and raw PNM, float maps, both byte orders, big TIFF, TIFFs with reduced copies, old GIF."""
    assert require_readable(content) == name
    assert identify_content(content).is_readable


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"])
@pytest.mark.parametrize("major", [None, b"mif1", b"msf1", b"heif"])
def test_heic_is_known_by_every_brand(brand, major):
    """As the major brand, and as a compatible one of a file that says only that it is an image."""
    content = brands(brand, b"mif1") if major is None else brands(major, b"mif1", b"miaf", brand)
    with pytest.raises(UnreadableImageError, match="it is HEIC; convert it to one of JPEG, PNG") as caught:
        require_readable(content)
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "empty", "no bytes"),
        (b"\x89PN", "truncated", "ends before"),
        (b"\xff\xd8", "truncated", "ends before"),
        (b"\x01\x02\x03 nothing known \x04", "not_an_image", "none of JPEG, PNG"),
        (b"RIFF\x10\0\0\0ABCDfmt ", "not_an_image", "none of"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "not_an_image", "a sound"),
        (brands(b"avif"), "unsupported", "AVIF; convert"),
        (brands(b"avis", b"msf1"), "unsupported", "AVIF; convert"),
        (brands(b"mif1", b"avif", b"miaf"), "unsupported", "AVIF; convert"),
        (brands(b"mif1"), "unsupported", "HEIF; convert"),
        (brands(b"msf1", b"msf1"), "unsupported", "HEIF; convert"),
        (brands(b"crx "), "unsupported", "Canon raw photo; develop"),
        (brands(b"jp2 "), "unsupported", "JPEG 2000"),
        (brands(b"isom", b"avc1"), "not_an_image", "a video; take its frames out"),
        (brands(b"qt  "), "not_an_image", "a video"),
        (brands(b"M4A "), "not_an_image", "a sound"),
        (b"\0\0\0\x08wide\0\0\1\0mdat" + bytes(40), "not_an_image", "a video"),
        (b"RIFF\x10\0\0\0AVI LIST", "not_an_image", "a video"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), "not_an_image", "a video"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "unsupported", "JPEG XL"),
        (b"\xff\x0a" + b"\x11" * 40, "unsupported", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "unsupported", "JPEG 2000"),
        (b"\xff\x4f\xff\x51" + bytes(40), "unsupported", "JPEG 2000"),
        (b"8BPS\0\1", "unsupported", "Photoshop"),
        (b"\0\0\1\0\1\0", "unsupported", "an icon"),
        (b"DDS " + bytes(40), "unsupported", "DDS"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported", "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "unsupported", "PostScript"),
        (b"\n<svg xmlns='x'/>", "unsupported", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- a remark -->\n<svg>", "unsupported", "SVG"),
        (b"\xef\xbb\xbf<svg>", "unsupported", "SVG"),
        (bytes(128) + b"DICM", "unsupported", "DICOM"),
        (bytes(18) + b"\1" * 100 + bytes(8) + b"TRUEVISION-XFILE.\0", "unsupported", "TGA"),
        (tiff({50706: 0x0401}), "unsupported", "raw photo; develop it"),
        (tiff({254: 1, 330: 500}, ">"), "unsupported", "raw photo"),
        (b"II*\0\x10\0\0\0CR\x02\0", "unsupported", "Canon raw photo"),
        (b"FUJIFILMCCD-RAW 0201", "unsupported", "raw photo"),
        (b"IIU\0\x08\0\0\0", "unsupported", "raw photo"),
        (b"%PDF-1.7 and so on", "not_an_image", "a PDF document; take its pictures out"),
        (b"  \n<!DOCTYPE HTML><title>404", "not_an_image", "a web page; .* fetch it anew"),
        (b"<html lang='de'>", "not_an_image", "a web page"),
        (b"404: Not Found", "not_an_image", "a text; perhaps an error message"),
        (b'{"error": "quota"}', "not_an_image", "a text"),
        ("Zugriff verweigert: für".encode(), "not_an_image", "a text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "not_an_image", "git lfs pull"),
        (b"/annex/objects/MD5E-s12--00.jpg\n", "not_an_image", "git annex get"),
        (b"/9j/4AAQSkZJRgABAQ", "not_an_image", r"Base64\); decode it"),
        (b"data:image/png;base64,iVBORw0KGgo", "not_an_image", "Base64"),
        (b"\x1f\x8b\x08\0", "not_an_image", "compressed by gzip; unpack it"),
        (b"PK\x03\x04" + bytes(40), "not_an_image", "a zip archive; unpack it"),
        (b"photo.jpg".ljust(257, b"\0") + b"ustar\0", "not_an_image", "a tar archive; unpack it"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X", "not_an_image", "companion file of macOS"),
        (bytes(1000), "not_an_image", "zeros only; .* copy it anew"),
        (b"\x93NUMPY\1\0", "not_an_image", "NumPy"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(content, reason, words):
    """Empty, hardly begun, an image of another format and no image at all are different things to the user."""
    with pytest.raises(UnreadableImageError, match=words) as caught:
        require_readable(content)
    assert caught.value.reason == reason


def test_letters_alone_are_no_image():
    """A text that happens to begin like a bitmap or a portable map is a text."""
    for text in (b"BMW and other makes of cars", b"P5 is the fifth part of this", b"P1, P2, P3"):
        assert identify_content(text).name == "a text"


def test_the_beginning_suffices():
    """Cut to the agreed length, a text whose last letter is cut in two is still a text."""
    assert identify_content(("ü" * N_SIGNATURE_BYTES).encode()[: N_SIGNATURE_BYTES - 1]).name == "a text"
    assert len(READABLE_KINDS) == 7


@pytest.mark.parametrize("piece", [b"<!-- -->", b" ", b"<!-- ", b"-->", b"<?xml?>", b"<!DOCTYPE svg>", b"P3 #\n"])
def test_long_preambles_are_read_once(piece):
    """Four hundred remarks before an element are passed in one go: the time does not double with each."""
    assert identify_content(piece * 400 + b"<annotation>").name == "a text"


def test_remarks_before_a_picture():
    """An SVG and a web page are known behind any number of remarks."""
    assert identify_content(b"<?xml version='1.0'?>\n" + b"<!-- x -->\n" * 300 + b"<svg>").name == "SVG"
    assert identify_content(b"<!-- x -->\n" * 300 + b"<html>").name == "a web page"


@pytest.mark.parametrize(
    "text", [b"BMW 3", b"BM", b"P3 7 patient", b"P1 7 8 patients", b"P5 7 8 nine", b"P6 of 8 and more", b"P2 1 2 3 x"]
)
def test_words_and_numbers_are_no_image(text):
    """What begins like a portable map or a bitmap, and goes on as no such file does, is a text."""
    assert identify_content(text).name == "a text"


@pytest.mark.parametrize(
    "content",
    [
        b"P1\n2 2\n01\n10\n",
        b"P4 9 1\n\0\0",
        b"P2 1 1\n255 7\n",
        b"P5 1 1 255\n\0",
        b"P6#x\n1 #y\n1\n65535\n\0",
        b"Pf 1 1 -1.0\n",
    ],
)
def test_headers_of_portable_maps(content):
    """Each of the formats, with remarks between the numbers, wherever its beginning ends."""
    for n_bytes in range(3, len(content) + 1):
        assert identify_content(content[:n_bytes]).name == "PPM"

"""What is no image, what is one that cannot be read, and images under another format's name."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from corpus.case import Case
from corpus.pictures import encode, soft
from corpus.whole import SUFFIXES, sound_files
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_IMAGES = {
    "text": b"just some text\n",
    "utf-16 text": "some text".encode("utf-16"),
    "html": b"<!DOCTYPE html><html><script>alert(1)</script><h1>404 Not Found</h1></html>",
    "xml with entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;&b;</a>',
    "pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
    "json": b'{"error": "too many requests"}',
    "shell script": b"#!/bin/sh\nrm -rf nothing\n",
    "program": b"\x7fELF\x02\x01\x01" + bytes(57),
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n",
    "thousand zero bytes": bytes(1000),
    "thousand bytes of ff": b"\xff" * 1000,
    "one zero byte": b"\0",
    "line break": b"\n",
    "pickle": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
    "wave sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(28),
}
UNSUPPORTED = {
    "heic": b"\0\0\0\x18ftypheic" + bytes(60),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
    "photoshop": b"8BPS\0\x01" + bytes(60),
    "icon": b"\0\0\x01\0\x01\0" + bytes(60),
    "avif": b"\0\0\0\x1cftypavif" + bytes(60),
    "jpeg xl": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(60),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60),
}


def foreign_files() -> Iterator[Case]:
    """Other things under an image's name."""
    yield Case("no bytes at all", b"", Reason.EMPTY)
    for place, (name, data) in enumerate(NO_IMAGES.items()):
        yield Case(f"{name} as an image", data, Reason.NOT_AN_IMAGE, 0, list(SUFFIXES.values())[place % len(SUFFIXES)])
    yield Case("zip archive as an image", _archive(), Reason.NOT_AN_IMAGE)
    for name, data in UNSUPPORTED.items():
        yield Case(f"{name} as an image", data, Reason.UNSUPPORTED)


def misnamed_files() -> Iterator[Case]:
    """Sound images of each format that are called as another one is."""
    suffixes = list(SUFFIXES.values())
    for place, kind in enumerate(SUFFIXES):
        data, pixels, tolerance = sound_files()[kind]
        wrong = suffixes[(place + 3) % len(suffixes)]
        yield Case(f"{kind} called {wrong}", data, pixels, tolerance, wrong)
        yield Case(f"{kind} called right", data, pixels, tolerance, SUFFIXES[kind].upper())
    picture = soft()
    page = b"<html><script>alert(1)</script></html>"
    yield Case("png with a web page behind it", encode(picture, "PNG") + page, picture, 0, ".png")
    yield Case("bmp with an archive behind it", encode(picture, "BMP") + _archive(), picture, 0, ".bmp")
    yield Case("png behind a line break", b"\n" + encode(picture, "PNG"), Reason.NOT_AN_IMAGE, 0, ".png")
    yield Case("png behind a byte order mark", b"\xef\xbb\xbf" + encode(picture, "PNG"), Reason.NOT_AN_IMAGE, 0, ".png")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../escape.txt", "text")
    return buffer.getvalue()

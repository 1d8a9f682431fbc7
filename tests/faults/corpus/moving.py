"""Animations and sets of pages: the first picture counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from corpus.case import Case
from corpus.pictures import BLUE, GREEN, RED, WHITE, Pixels, encode, plain, quarters
from regraft.data import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {"GIF": ".gif", "WEBP": ".webp", "PNG": ".png", "TIFF": ".tif"}


def moving_files() -> Iterator[Case]:
    """Three and a hundred frames; cut behind the first; a first frame that covers a part only."""
    frames = [Image.fromarray(plain(16, 24, colour)) for colour in (RED, GREEN, BLUE)]
    for kind, suffix in KINDS.items():
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        yield Case(f"{kind.lower()} of three frames", data, plain(16, 24, RED), 0, suffix)
        many = encode(frames[0], kind, save_all=True, append_images=frames[1:] * 50, **options)
        yield Case(f"{kind.lower()} of 101 frames", many, plain(16, 24, RED), 0, suffix)
        if kind == "WEBP":  # its frames cannot differ
            continue
        first = encode(Image.fromarray(quarters()), kind, save_all=True, append_images=frames[1:2])
        yield Case(f"{kind.lower()} whose frames differ in size", first, quarters(), 0, suffix)
    gif = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)
    yield Case("gif without its last frame's end", gif[:-6], plain(16, 24, RED), 0, ".gif")
    webp = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    yield Case("webp without its last frame's end", webp[:-6], Reason.TRUNCATED, 0, ".webp")
    yield Case("gif whose first frame covers a part", _partial_gif(), _partly_red(), 0, ".gif")


def _partial_gif() -> bytes:
    """A canvas of 24 x 16 whose only frame covers the left upper 12 x 8."""
    image = Image.fromarray(np.ones((8, 12), np.uint8), "P")
    image.putpalette([*WHITE, *RED])
    small = encode(image, "GIF", optimize=False)
    return small[:6] + (24).to_bytes(2, "little") + (16).to_bytes(2, "little") + small[10:]


def _partly_red() -> Pixels:
    pixels = plain(16, 24, WHITE)
    pixels[:8, :12] = RED
    return pixels

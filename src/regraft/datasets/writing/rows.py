"""What is written to a shard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShardRow:
    """One image to write.

    Attributes:
        number: Its place in the set, counted from 0.
        name: Its file name, POSIX style.
        content: Its encoded bytes, written as they are.
        kind: Its format: jpg, png, gif, bmp, webp, ppm or tif.
        height: In pixels.
        width: In pixels.
        label: Position of its class in the list of classes; -1 where it has none.
        text: Its class's name; empty where it has none.
        group: The physical object that it shows; empty where unknown.
    """

    number: int
    name: str
    content: bytes
    kind: str
    height: int
    width: int
    label: int
    text: str
    group: str

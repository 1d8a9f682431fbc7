"""What the name of a shard says: its format, its split, and its place among how many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regraft.data.folders import SPLIT_NAMES

if TYPE_CHECKING:
    from regraft.data.manifest import Split

ShardFormat = Literal["tfrecord", "webdataset", "parquet"]
_FORMATS: dict[str, ShardFormat] = {
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
    ".tfrec": "tfrecord",
    ".tar": "webdataset",
    ".parquet": "parquet",
}
SHARD_SUFFIXES = tuple(_FORMATS)
_OF = re.compile(r"(?P<before>.*?)(?P<number>\d{1,9})-of-(?P<total>\d{1,9})(?P<after>.*)", re.ASCII | re.DOTALL)
_WORDS = re.compile(r"[^A-Za-z]+")
_N_SHARDS_MAX = 100_000


def shard_format(name: str) -> ShardFormat | None:
    """The format that a file's name promises; None where it is no shard.

    A name that ends in `-00003-of-01024` is a TFRecord file, as the converter of ImageNet writes it.
    """
    _stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    if dot and (found := _FORMATS.get(f".{suffix.lower()}")) is not None:
        return found
    place = _OF.fullmatch(name.rpartition("/")[2])
    return "tfrecord" if place is not None and not place["after"] else None


def shard_split(name: str) -> Split | None:
    """The split that a shard's name, or the folder next above it, speaks of: the last word counts."""
    for part in reversed(name.split("/")):
        for word in reversed(_WORDS.split(part)):
            if word.lower() in SPLIT_NAMES:
                return SPLIT_NAMES[word.lower()]
    return None


@dataclass(frozen=True)
class MissingShard:
    """A shard that the others' names count, and that is not there."""

    name: str
    n_expected: int


def find_missing(names: tuple[str, ...]) -> list[MissingShard]:
    """The shards that are missing between `00000-of-00005` and `00004-of-00005`; at most 100,000 of a set."""
    sets: dict[tuple[str, int], tuple[set[int], re.Match[str]]] = {}
    for name in names:
        place = _OF.fullmatch(name)
        if place is not None and 0 < (total := int(place["total"])) <= _N_SHARDS_MAX:
            sets.setdefault((place["before"], total), (set(), place))[0].add(int(place["number"]))
    return [
        MissingShard(f"{before}{number:0{len(place['number'])}d}-of-{place['total']}{place['after']}", total)
        for (before, total), (numbers, place) in sets.items()
        for number in range(total)
        if number not in numbers
    ]

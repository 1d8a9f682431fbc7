"""The names of shards that are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regraft.data import shard_split

if TYPE_CHECKING:
    from regraft.data import ShardFormat, Split

_SPLIT_WORDS: dict[Split | None, str] = {"train": "train", "val": "validation", "test": "test", None: "images"}


def make_shard_name(kind: ShardFormat, dataset: str, split: Split | None, number: int, total: int) -> str:
    """The name of a shard, in its format's manner.

    Args:
        kind: The format.
        dataset: What the data set is called; left out where it would be taken for a split, or is no plain word.
        split: Of its images.
        number: Counted from 0.
        total: Of the split's shards.
    """
    word = _SPLIT_WORDS[split]
    if kind == "webdataset":
        return f"{word}-{number:06d}.tar"
    if kind == "parquet":
        return f"{word}-{number:05d}-of-{total:05d}.parquet"
    is_plain = re.fullmatch(r"[\w-]{1,60}", dataset, re.ASCII) is not None and shard_split(dataset) is None
    parts = ([dataset] if is_plain else []) + ([word] if split or not is_plain else [])
    return f"{'_'.join(parts)}_{number:05d}-of-{total:05d}.tfrecord"

from __future__ import annotations

import numpy as np
import pytest

from regraft.data.files.ranges import RangeReader

CONTENT = np.random.default_rng(1).integers(0, 256, 10 << 20, np.uint8).tobytes()


class Asked:
    """An object that remembers what was asked of it."""

    def __init__(self):
        self.ranges = []
        self.fails = False

    def read_range(self, offset, n_bytes):
        self.ranges.append((offset, n_bytes))
        if self.fails:
            raise OSError("lost")
        return CONTENT[offset : offset + n_bytes]


@pytest.fixture
def asked():
    return Asked()


def test_ranges_one_behind_the_other_come_in_blocks(asked):
    """All bytes are right, across blocks and at the end, with few requests."""
    reader = RangeReader(asked, len(CONTENT))
    step = 70_001
    parts = [reader.read(offset, step) for offset in range(0, len(CONTENT), step)]
    assert b"".join(parts) == CONTENT
    assert len(asked.ranges) <= 2 + 3  # two by themselves, then the three blocks


def test_heads_far_apart_come_by_themselves(asked):
    """A list of large records reads little more than their heads."""
    reader = RangeReader(asked, len(CONTENT))
    for offset in range(0, len(CONTENT), 2 << 20):
        assert reader.read(offset, 1024) == CONTENT[offset : offset + 1024]
    assert sum(n_bytes for _offset, n_bytes in asked.ranges) == 5 * 1024


def test_what_is_larger_than_a_block_is_one_request(asked):
    """No more is read than is wanted."""
    reader = RangeReader(asked, len(CONTENT))
    assert reader.read(5, 6 << 20) == CONTENT[5 : 5 + (6 << 20)]
    assert asked.ranges == [(5, 6 << 20)]


def test_an_end_that_comes_too_early_gives_fewer_bytes(asked):
    """Whoever asked tells what is missing."""
    reader = RangeReader(asked, len(CONTENT))
    assert reader.read(len(CONTENT) - 10, 100) == CONTENT[-10:]


def test_a_block_that_failed_is_asked_for_again(asked):
    """A bad moment does not last for ever."""
    reader = RangeReader(asked, len(CONTENT))
    for offset in (0, 100):
        reader.read(offset, 10)
    asked.fails = True
    with pytest.raises(OSError, match="lost"):
        reader.read(200, 10)
    asked.fails = False
    assert reader.read(200, 10) == CONTENT[200:210]

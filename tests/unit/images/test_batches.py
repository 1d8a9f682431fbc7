from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image

from regraft.images import Transform, decode_batches

TINY = Transform(height=8, width=8)


@pytest.fixture
def files(tmp_path):
    """Twenty-two grey pictures, of which two cannot be read."""
    paths = [tmp_path / f"{number:02d}.png" for number in range(22)]
    for number, path in enumerate(paths):
        Image.new("L", (10, 10), 10 * number).save(path)
    paths[5].write_bytes(b"broken")
    paths[21].unlink()
    return paths


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_batches_are_the_same_for_any_number_of_threads(files, n_threads):
    """Order, grouping, pixels and failures depend on the files only."""
    batches = list(decode_batches(files, TINY, batch_size=4, n_threads=n_threads))
    assert [len(batch.indices) for batch in batches] == [4, 3, 4, 4, 4, 1]
    indices = np.concatenate([batch.indices for batch in batches])
    assert indices.tolist() == [number for number in range(22) if number not in (5, 21)]
    pixels = np.concatenate([batch.pixels for batch in batches])
    assert (pixels[:, 0, 0, 0] == 10 * indices).all()
    failures = [(place, record.reason) for batch in batches for place, record in batch.unreadable]
    assert failures == [(5, "not_an_image"), (21, "missing")]
    assert all(len(batch.digests) == len(batch.indices) for batch in batches)


def test_closing_the_iterator_ends_its_threads(files):
    """Whoever stops early leaves no decoding threads behind."""
    batches = decode_batches(files, TINY, batch_size=2)
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_no_files_give_no_batches():
    """Nothing in, nothing out."""
    assert list(decode_batches([], TINY)) == []

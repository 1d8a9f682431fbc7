"""The arrays that an audit looks at."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages
from regraft.data import LOOK, THUMBNAIL_PIXELS


def images_of(n, **columns):
    """Images with names for contents."""
    return AuditedImages(
        paths=tuple(f"{row}.png" for row in range(n)),
        labels=np.arange(n) % 2,
        class_names=("a", "b"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=(None,) * n,
        **columns,
    )


def test_rows_are_selected_in_every_column():
    """A position or a mask chooses the same images in all columns, and columns that are not there stay away."""
    images = images_of(4, features=np.eye(4, dtype=np.float32), looks=np.zeros(4, LOOK), fold_of=np.arange(4))
    chosen = images.select(np.array([3, 1]))
    assert (chosen.paths, chosen.digests[0], len(chosen)) == (("3.png", "1.png"), f"{3:064x}", 2)
    assert chosen.features.argmax(axis=1).tolist() == chosen.fold_of.tolist() == [3, 1]
    assert chosen.looks.shape == (2,)
    assert chosen.probabilities is None
    assert images.select(np.array([True, False, False, True])).paths == ("0.png", "3.png")


def test_an_embedding_is_the_penultimate_layer_with_rows_of_length_one():
    """Features of other layers, which stand behind it, are left out; a row of zeros stays one."""
    features = np.array([[3, 4, 100], [0, 0, 7]], np.float32)
    embedding = images_of(2, features=features, n_penultimate=2).embedding
    assert np.allclose(embedding, [[0.6, 0.8], [0, 0]])
    with pytest.raises(ValueError, match="no features"):
        images_of(2).embedding  # noqa: B018


def test_a_look_is_a_record_of_about_a_kilobyte_without_gaps():
    """Rows of bytes and records are the same memory, so a store of rows can keep them."""
    looks = np.zeros(3, LOOK)
    looks["thumbnail"][1] = 7
    rows = looks.view(np.uint8).reshape(3, -1)
    assert rows.shape == (3, LOOK.itemsize)
    assert LOOK.itemsize < 1280
    assert rows.copy().view(LOOK)[:, 0]["thumbnail"][1].sum() == 7 * THUMBNAIL_PIXELS**2

from __future__ import annotations

import pytest

from regraft.core import atomic_path, digest_bytes, digest_file


def test_a_failed_write_leaves_the_old_file(tmp_path):
    """An exception inside `atomic_path` changes nothing and leaves nothing behind."""
    target = tmp_path / "value.txt"
    target.write_text("old")
    with pytest.raises(ValueError, match="stop"), atomic_path(target) as aside:  # noqa: PT012 - write, then fail
        aside.write_text("half")
        raise ValueError("stop")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_finished_write_replaces_the_file(tmp_path):
    """After `atomic_path` the target holds the new content, in a folder that it made."""
    target = tmp_path / "new" / "value.txt"
    with atomic_path(target) as aside:
        assert aside.parent == target.parent
        aside.write_text("new")
    assert [path.read_text() for path in target.parent.iterdir()] == ["new"]


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path):
    """Digests do not depend on how the bytes are read."""
    content = bytes(range(256)) * 9_000
    (tmp_path / "a").write_bytes(content)
    assert digest_file(tmp_path / "a") == digest_bytes(content)
    assert len(digest_bytes(b"")) == 64

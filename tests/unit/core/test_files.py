from __future__ import annotations

import os
import stat

import numpy as np
import pytest
from safetensors.numpy import save_file

from regraft.core import atomic_path, digest_bytes, digest_file, exclusive


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_a_file_is_for_whom_the_umask_says(umask, tmp_path):
    """What safetensors and SQLite write for the owner, or without a group, gets the mode of any new file."""
    before = os.umask(umask)
    try:
        with atomic_path(tmp_path / "head.safetensors") as aside:
            save_file({"w": np.zeros(3, np.float32)}, aside)
        with atomic_path(tmp_path / "run.json") as aside:
            aside.write_text("{}")
        with exclusive(tmp_path / "lock.sqlite"):
            pass
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("head.safetensors", "run.json", "lock.sqlite"), 0o666 & ~umask)

"""Archives as small as they can be."""

from __future__ import annotations

import io
import tarfile

import pytest

from regraft.data import read_manifest


@pytest.fixture
def read(tmp_path):
    """Write an archive of (name, content) and list it."""

    def run(*members, name="x.tar", labels=None):
        with tarfile.open(tmp_path / name, "w") as archive:
            for member, content in members:
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        if labels is not None:
            (tmp_path / "labels.txt").write_text(labels, "utf-8")
        return read_manifest(tmp_path)

    return run

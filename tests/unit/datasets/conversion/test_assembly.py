"""Converting a data set: which place is taken, and which failure is told."""

from __future__ import annotations

import pytest
from PIL import Image

from regraft.core import OptionError, SilentProgress, StoreError
from regraft.data import read_manifest
from regraft.datasets import ConvertDatasetOptions, convert


@pytest.fixture
def convert_photos(tmp_path):
    """Converts eight small images to eight shards."""
    for number in range(8):
        path = tmp_path / "photos" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2), (number, 0, 0)).save(path)

    def run(out, progress=None):
        options = ConvertDatasetOptions(out=out, shards=8, threads=8)
        source = tmp_path / "photos"
        return convert(read_manifest(source), str(source), options, progress or SilentProgress())

    return run


def test_the_current_folder_is_recognised_and_never_made(convert_photos, tmp_path, monkeypatch):
    """Where it is what would be written, it is there already; another one is refused."""
    convert_photos(tmp_path / "shards")
    monkeypatch.chdir(tmp_path / "shards")
    assert convert_photos(".").was_there
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(OptionError, match="the current folder"):
        convert_photos(".")


def test_of_several_failures_the_first_part_tells(convert_photos, tmp_path):
    """All parts fail at once, and the message is about the first."""
    aside = tmp_path / ".shards.converting"
    aside.mkdir()
    (aside / "records").write_text("no folder")
    with pytest.raises(StoreError, match=r"photos_00000-of-00008.* cannot be written"):
        convert_photos(tmp_path / "shards")


def test_waiting_for_the_disk_is_a_task(convert_photos, tmp_path):
    """What may take minutes is shown, at the end."""
    started = []
    progress = SilentProgress()
    progress.start = lambda task, *_rest, **_named: started.append(task)
    convert_photos(tmp_path / "shards", progress)
    assert started[-1] == "Waiting for the disk"

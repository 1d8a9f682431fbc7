"""Shards as a user meets them: `datasets convert` there and back, killed and taken up, and runs on what it wrote."""

from __future__ import annotations

import json
import os
import time

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow

FORMATS = ("tfrecord", "webdataset", "parquet")


@pytest.fixture(scope="module")
def split_photos(photos, tmp_path_factory):
    """The pictures with a split, and names in odd scripts."""
    folder = tmp_path_factory.mktemp("split") / "flowers"
    for place, path in enumerate(sorted(photos.glob("*/*"))):
        name = f"{place:02d} «ß»{path.suffix}" if place % 7 == 0 else path.name
        copy = folder / ("val" if place % 4 == 0 else "train") / path.parent.name / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return folder


def tree(folder):
    """All images by their paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".json"
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_there_and_back_is_the_same(kind, split_photos, command, tmp_path):
    """Names, bytes, classes and splits; again does nothing; the same bytes whatever the number of threads."""
    there = command("datasets", "convert", split_photos, "--to", kind, "--out", "there", "--shards", "3")
    assert "60 images in 3 classes, 6 shards" in there.stdout
    command("datasets", "convert", "there", "--to", "folder", "--out", "back")
    assert tree(tmp_path / "back") == tree(split_photos)
    again = command("datasets", "convert", split_photos, "--to", kind, "--out", "there", "--shards", "3")
    assert "is there already, unchanged" in again.stdout
    one = ("--to", kind, "--out", "one", "--shards", "3", "--threads", "1")
    command("datasets", "convert", split_photos, *one)
    assert tree(tmp_path / "one") == tree(tmp_path / "there")
    done = command("datasets", "convert", split_photos, "--to", kind, "--out", "there", "--shards", "2", check=False)
    assert done.returncode
    assert "with other options" in done.stderr


@pytest.mark.parametrize("kind", FORMATS)
def test_a_run_on_shards_is_a_run_on_the_folder(kind, split_photos, command, tmp_path):
    """The same features, the same probabilities, pictures in the report; scan and evaluate read them, too."""
    command("datasets", "convert", split_photos, "--to", kind, "--out", "shards")
    reports = {}
    for name, source in (("folder", split_photos), ("shards", tmp_path / "shards")):
        command("probe", source, "--runs", "runs", "--name", name, "--n-strengths", "5")
        reports[name] = json.loads((tmp_path / "runs" / name / "report.json").read_text())["assessment"]
    assert reports["folder"]["accuracy"] == reports["shards"]["accuracy"]
    assert reports["folder"]["log_loss"] == reports["shards"]["log_loss"]
    assert "60 images" in command("scan", "shards").stdout
    assert "On 15 images" in command("evaluate", "runs/folder", "shards", "--split", "val").stdout


def test_a_network_is_trained_on_shards(split_photos, command, tmp_path):
    """Pixels of single images, in any order."""
    command("datasets", "convert", split_photos, "--out", "shards")
    how = ("--backbone", "lenet", "--epochs", "2", "--augmentation", "crop", "--engine", "torch")
    command("pretrain", "shards", *how)
    assert (tmp_path / "runs" / "shards-pretrain" / "bundle").is_dir()


def test_damaged_records_are_told(split_photos, command, tmp_path):
    """A flipped byte costs its image, and the report says so."""
    command("datasets", "convert", split_photos, "--out", "shards", "--shards", "1")
    shard = next((tmp_path / "shards").glob("*train*"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    command("probe", "shards", "--n-strengths", "5")
    page = (tmp_path / "runs" / "shards-probe" / "report.html").read_text(encoding="utf-8")
    assert "the checksum of its record is wrong" in page


@pytest.mark.parametrize("kind", FORMATS)
def test_killed_and_called_again_it_is_whole(kind, tmp_path, shared_cache, nursery, command):
    """Kill -9 at several times of a conversion: the end has the bytes of an uninterrupted one."""
    source, rng = tmp_path / "many", np.random.default_rng(0)
    for number in range(600):
        path = source / f"class{number % 3}" / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (80, 80, 3), np.uint8)).save(path)
    line = ["datasets", "convert", str(source), "--to", kind, "--shards", "20"]
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    killed = 0
    for delay in (0.0, 0.01, 0.03, 0.06):
        child = nursery.start(["-m", "regraft", *line, "--out", "killed"], cwd=tmp_path, env=environment)
        limit = time.monotonic() + 60
        while child.poll() is None and not (tmp_path / ".killed.converting").exists():
            assert time.monotonic() < limit
            time.sleep(0.001)
        time.sleep(delay)
        child.kill()
        child.communicate()
        killed += child.returncode != 0
        if (tmp_path / "killed").exists():
            break
    assert killed
    command(*line, "--out", "killed")
    command(*line, "--out", "whole")
    assert tree(tmp_path / "killed") == tree(tmp_path / "whole")
    assert not list(tmp_path.glob(".*.converting"))


def test_what_cannot_be_converted_is_a_sentence(photos, command, tmp_path):
    """An empty folder, a place that is taken, no place at all; options of one action with another."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("dear")
    for arguments, why in (
        (("empty", "--out", "x"), "there is no image in it"),
        ((photos, "--out", "taken"), "holds something else already"),
        ((), "Say what to convert"),
        ((photos, "--out", photos / "inside"), "lies in the data set itself"),
    ):
        done = command("datasets", "convert", *arguments, check=False)
        assert done.returncode
        assert why in done.stderr
    done = command("datasets", "get", "mnist", "--to", "parquet", check=False)
    assert "datasets convert" in done.stderr
    with pytest.raises(regraft.RegraftError, match="no image"):
        regraft.convert_dataset(tmp_path / "empty", out=tmp_path / "y")

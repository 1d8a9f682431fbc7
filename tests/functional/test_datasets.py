"""`regraft datasets`, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import fetching_child
from little_sets import little_row, make_mnist, server_paths
from publisher import Publisher, make_archive
from regraft.datasets import DATASETS

pytestmark = pytest.mark.slow

PLACE = "/shareddata/BelgiumTSC/BelgiumTSC_"


def test_the_list_is_the_default(command):
    """`regraft datasets` and `regraft datasets list` are a table of size, licence, and what to type."""
    text = command("datasets").stdout
    assert text == command("datasets", "list").stdout
    rows = {line.split()[0]: line for line in text.splitlines() if line}
    assert rows["flowers"].split()[1:4] == ["3,670", "5", "228.8"]
    assert rows["elpv"].endswith("CC BY-NC-SA 4.0                            pip install 'regraft[demo]'")
    assert rows["imagenet"].endswith("regraft datasets get imagenet --archives FOLDER")
    assert set(DATASETS) < set(rows)


@pytest.mark.parametrize("action", ["show", "list"])
def test_all_of_one(action, command):
    """Licence, citation, source, files with their digests, and what to type."""
    text = command("datasets", action, "belgium-signs").stdout
    assert "free for research; see the source" in text
    assert "to get it   regraft datasets get belgium-signs" in text
    assert r"to use it   regraft probe belgium-signs --group-by '(\d+)/(\d+)_'" in text
    text = command("datasets", action, "imagenet").stdout
    assert "account     https://image-net.org/download-images" in text
    assert "ILSVRC2012_img_val.tar  6.7 GB\n              SHA-256 c7e06a6c0bac" in text
    assert "or, with --archives, the folder train" in text


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["get"], 2, "Can be fetched: belgium-signs"),
        (["get", "belgian-signs"], 2, "Did you mean belgium-signs"),
        (["get", "elpv"], 3, "pip install 'regraft[demo]'"),
        (["show"], 2, "Say which data set to show: elpv, textile"),
        (["show", "flower"], 2, "Did you mean flowers"),
        (["get", "imagenet"], 10, "Register at https://image-net.org/download-images"),
        (["get", "flowers", "--archives", "."], 2, "as their publishers name them: flower_photos.tgz"),
        (["get", "flowers", "--foreground-class", "cat"], 2, "is for visualwakewords, not for flowers"),
        (["list", "--folder", "x"], 2, "regraft datasets get NAME"),
        (["fetch"], 2, "get"),
        (["get", "belgium-signs", "--folder", "."], 2, "current folder"),
    ],
)
def test_mistakes_are_sentences(arguments, exit_code, message, command):
    """Each says what to type instead."""
    done = command("datasets", *arguments, check=False)
    assert (done.returncode, message in done.stderr) == (exit_code, True), done.stderr


def test_getting_and_probing(command, tmp_path):
    """The printed command works on what was fetched: the publisher's sides, and groups of one pole."""
    files = {
        f"{PLACE}{side}.zip": make_archive(side, n_classes=3, n_images=n_images)
        for side, n_images in (("Training", 20), ("Testing", 8))
    }
    arguments = ["datasets", "get", "belgium-signs", "--folder", "my signs"]
    with Publisher(files) as publisher:
        program = [sys.executable, fetching_child.__file__, str(publisher.port), "--", *arguments]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert r"Use it      regraft probe 'my signs' --group-by '(\d+)/(\d+)_'" in done.stdout
    assert "my signs is there already, unchanged: 84 images" in command(*arguments).stdout
    probed = command("probe", "my signs", "--group-by", r"(\d+)/(\d+)_", "--n-strengths", 3).stdout
    assert "Trained on 60 images, tested on 24" in probed


def test_getting_numbers_and_probing_them(command, tmp_path):
    """A data set of bare numbers becomes pictures that a verb reads, on the publisher's sides."""
    files = make_mnist()
    with Publisher(server_paths(little_row("mnist", files), files)) as publisher:
        program = [
            sys.executable,
            fetching_child.__file__,
            str(publisher.port),
            "little",
            "--",
            "datasets",
            "get",
            "mnist",
        ]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert "mnist is there: 30 images in 10 classes, with the publisher's own split." in done.stdout
    assert done.stdout.count("(as it should be)") == 4
    probed = command("probe", "mnist", "--n-strengths", 3).stdout
    assert "Trained on 20 images, tested on 10" in probed


def test_offline_the_file_is_named_and_can_be_brought(command, tmp_path):
    """Without a connection the error names the file and the option; a brought file is verified as a download is."""
    done = command("datasets", "get", "flowers", check=False, environment={"https_proxy": "http://127.0.0.1:9"})
    assert done.returncode == 10
    assert "there is no connection to storage.googleapis.com" in done.stderr
    assert "flower_photos.tgz (228.8 MB, https://storage.googleapis.com/" in done.stderr
    assert "--archives FOLDER" in done.stderr
    (tmp_path / "flower_photos.tgz").write_bytes(b"another")
    done = command("datasets", "get", "flowers", "--archives", ".", check=False)
    assert done.returncode == 10
    assert "flower_photos.tgz is not the published file" in done.stderr
    assert (tmp_path / "flower_photos.tgz").read_bytes() == b"another"
    assert not (tmp_path / "flowers").exists()

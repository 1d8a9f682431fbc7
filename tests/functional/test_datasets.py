"""`regraft datasets`, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import fetching_child
from publisher import Publisher, make_archive

PLACE = "/shareddata/BelgiumTSC/BelgiumTSC_"


def test_the_list_is_the_default(command):
    """`regraft datasets` and `regraft datasets list` say licence, citation, and what to type."""
    text = command("datasets").stdout
    assert text == command("datasets", "list").stdout
    assert "to get it: regraft datasets get belgium-signs" in text
    assert r"to use it: regraft probe belgium-signs --group-by '(\d+)/(\d+)_'" in text
    assert "to get it: pip install 'regraft[demo]'" in text


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["get"], 2, "Can be fetched: belgium-signs"),
        (["get", "belgian-signs"], 2, "Did you mean belgium-signs"),
        (["get", "elpv"], 3, "pip install 'regraft[demo]'"),
        (["list", "elpv"], 2, "regraft datasets get NAME"),
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

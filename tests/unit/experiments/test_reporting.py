"""What pages tell of a run: its files, findings and how to do it again."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from regraft.data import Reason, Unreadable, list_images, make_finding
from regraft.experiments import ProbeOptions
from regraft.experiments.reporting import left_out_files, notices_of, thumbnails_of, told_of_run


def test_findings_become_notices():
    """With their sentence, how bad they are, and the cases; codes and counts are for programs."""
    (notice,) = notices_of([make_finding("unreadable", "warning", "Two are damaged.", 2, ["a.jpg", "b.jpg"])])
    assert (notice.severity, notice.message) == ("warning", "Two are damaged.")
    assert notice.examples == ("a.jpg", "b.jpg")


def test_files_that_were_left_out_say_why():
    """By reason and detail."""
    (file,) = left_out_files([Unreadable(path="a.jpg", reason=Reason.DAMAGED, detail="it ends early")])
    assert (file.path, file.reason, file.detail) == ("a.jpg", "damaged", "it ends early")


def test_a_run_tells_how_to_do_it_again():
    """The command line with what the user set, all options, the versions, and when it was."""
    told = told_of_run(ProbeOptions(head="svm"), "photos")
    assert told["reproduce"] == "regraft probe photos --head svm"
    assert told["options"]["head"] == "svm"
    assert "regraft" in told["versions"]
    assert told["created"][:2] == "20"


def test_pictures_are_found_by_the_paths_that_pages_print(tmp_path):
    """Small ones; none of what cannot be read, or was never there."""
    Image.fromarray(np.full((300, 200, 3), 90, np.uint8)).save(tmp_path / "one.png")
    (tmp_path / "two.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    manifest = list_images([tmp_path])
    thumbnail = thumbnails_of(replace(manifest, paths=("one\n.png", "two.png")))
    assert thumbnail("elsewhere.png") is None
    found = thumbnails_of(manifest)
    names = {path.rpartition("/")[2]: path for path in manifest.paths}
    with Image.open(io.BytesIO(found(names["one.png"]))) as picture:
        assert max(picture.size) < 300
    assert found(names["two.png"]) is None

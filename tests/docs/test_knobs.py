"""The pages about knobs: each has its picture, the command that makes it, and a line in the index."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from regraft.recipes import FinetuneOptions, PretrainOptions

pytest.importorskip("matplotlib")

KNOBS = Path(__file__).parents[2] / "docs" / "knobs"
PAGES = sorted(path.stem for path in KNOBS.glob("*.md") if path.stem != "README")


@pytest.fixture
def pictures(monkeypatch):
    """The script that makes the pictures."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(KNOBS)])
    import pictures

    return pictures


@pytest.fixture
def material(monkeypatch):
    """What writes their images."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(KNOBS)])
    import material

    return material


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_picture_and_names_the_command(page, pictures):
    """The picture exists and is small; the command's topic does, too."""
    text = (KNOBS / f"{page}.md").read_text(encoding="utf-8")
    assert re.findall(r"!\[[^\]]+\]\((.*?)\)", text) == [f"pictures/{page}.png"]
    assert 5_000 < (KNOBS / "pictures" / f"{page}.png").stat().st_size < 80_000
    assert re.findall(r"`python docs/knobs/pictures\.py ([\w-]+)`", text) == [page]
    assert page in pictures.TOPICS


@pytest.mark.parametrize("page", PAGES)
def test_the_options_on_a_page_exist(page):
    """What a page calls an option of a training is one."""
    text = (KNOBS / f"{page}.md").read_text(encoding="utf-8")
    line = re.search(r"^Options: (.*?)\n\n", text, flags=re.DOTALL | re.MULTILINE)
    assert line
    names = {name.replace("-", "_") for name in re.findall(r"`--([a-z-]+)", line.group(1))}
    assert names
    assert names - {"rates", "over"} <= {*FinetuneOptions.model_fields, *PretrainOptions.model_fields}


def test_the_index_lists_every_page_and_topic(pictures):
    """Nothing is drawn that no page shows, and no page is hidden."""
    index = (KNOBS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([\w-]+)\.md\)", index)) == set(PAGES)
    assert set(PAGES) == set(pictures.TOPICS)


def test_each_class_of_arrows_is_the_mirror_image_of_the_other(tmp_path, material):
    """A flip makes the other class of an arrow: its broad head is on the side that it points to."""
    import numpy as np
    from PIL import Image

    folder = material.Material(tmp_path).arrows(n_train=20, n_test=1)
    left, right = (
        np.mean([np.asarray(Image.open(path), np.float64) for path in (folder / "train" / kind).iterdir()], axis=0)
        for kind in ("left", "right")
    )
    of_head = (slice(21, 26), slice(22, 30), 0)
    assert left[of_head].mean() > right[of_head].mean() + 20
    assert right[:, ::-1][of_head].mean() > left[:, ::-1][of_head].mean() + 20


def test_wrong_labels_are_as_many_as_wanted(tmp_path, material):
    """A fifth of the training images lies with another class; the test images do not."""
    source = tmp_path / "digits" / "mnist"  # where they would be written
    for label in range(10):
        (source / str(label)).mkdir(parents=True)
        for number in range(110):
            (source / str(label) / f"{label}-{number}.png").write_bytes(b"")
    folder = material.Material(tmp_path).mislabelled_digits(10, 0.2)
    wrong = {
        side: sum(path.stem[0] != path.parent.name for path in folder.glob(f"{side}/*/*.png"))
        for side in ("train", "test")
    }
    assert wrong == {"train": 20, "test": 0}

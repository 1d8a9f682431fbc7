"""Where runs go, and whether they are there."""

from __future__ import annotations

import json

import pytest

from regraft.core import OptionError
from regraft.recipes import FinetuneOptions
from regraft.slim.directories import is_done

LATER = ("path_column", "label_column", "root", "split_folders")


@pytest.fixture
def finished(tmp_path):
    """A run as the version before recorded it, which had fewer options."""
    (tmp_path / "run" / "bundle").mkdir(parents=True)
    (tmp_path / "run" / "bundle" / "bundle.json").write_text("{}")
    options = FinetuneOptions(steps=10).model_dump(mode="json")
    recorded = {"options": {name: value for name, value in options.items() if name not in LATER}}
    (tmp_path / "run" / "run.json").write_text(json.dumps(recorded))
    return tmp_path / "run"


def test_a_run_of_the_version_before_is_the_same_run(finished):
    """What an older version had no option for was as the option's default is; any other value is another run."""
    assert is_done(finished, FinetuneOptions(steps=10))
    with pytest.raises(OptionError, match=r"first: split_folders was auto, is no"):
        is_done(finished, FinetuneOptions(steps=10, split_folders="no"))


def test_an_advised_command_can_be_copied(tmp_path):
    """Paths with blanks are one word of it, and a number that is not known stands as N."""
    folder = tmp_path / "my runs" / "a"
    (folder / "bundle").mkdir(parents=True)
    (folder / "bundle" / "bundle.json").write_text("{}")
    for done, rest in ((10, "--max_number_of_steps=20."), (None, "--max_number_of_steps=N (N: the steps to add).")):
        (folder / "run.json").write_text(json.dumps({"options": FinetuneOptions(steps=done).model_dump(mode="json")}))
        with pytest.raises(OptionError) as caught:
            is_done(folder, FinetuneOptions(steps=30))
        assert f"'--checkpoint_path={folder}' '--train_dir={folder}-more' {rest}" in str(caught.value)
    with pytest.raises(OptionError, match=r"begin from this one with '--checkpoint_path=.*my runs/a'\."):
        is_done(folder, FinetuneOptions(steps=30, seed=1))

from __future__ import annotations

import pytest

from regraft.core import DataError, OptionError
from regraft.data import Reading
from regraft.datasets import read_dataset


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("elvp", "no data set of this name. Did you mean elpv?"),
        (
            "no/such/folder",
            "There is no folder or table 'no/such/folder', .* Known data sets: elpv, textile, belgium-signs",
        ),
        ("x" * 5000, "cannot be read: File name too long"),
        ("belgium-signs", "does not come in a package. To get it: regraft datasets get belgium-signs"),
    ],
)
def test_nothing_there(source, message, tmp_path, monkeypatch):
    """A source that is not there is an error of the data with a hint, whatever is wrong with its name."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        read_dataset(source)


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ({"split_folders": "no"}, "--split-folders"),
        ({"path_column": "path"}, "--path-column"),
        ({"root": "x"}, "--root"),
    ],
)
def test_what_is_for_data_of_ones_own(said, option):
    """How a data set that is known by its name lies is known, too: nothing that is said of it is passed over."""
    with pytest.raises(OptionError, match=f"{option} is for .*: leave it out"):
        read_dataset("elpv", Reading(**said))

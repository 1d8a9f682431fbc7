"""Data sets inside packages, and the catalogue that lists them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from regraft.core import DataError, MissingExtraError, OptionError
from regraft.datasets import read_dataset
from regraft.datasets.catalog.packages import load_dataset
from regraft.datasets.catalog.rows import DATASETS


@pytest.mark.parametrize("name", DATASETS)
def test_rows_are_complete(name):
    """Every data set says what one may do with it, whom to cite and how to get it."""
    row = DATASETS[name]
    assert row.name == name
    assert row.n_images > row.n_classes > 1
    assert all((row.title, row.licence, row.citation, row.how, row.source.startswith("https://")))
    assert (row.package is None) == (row.extra is None)


@pytest.fixture
def fake_elpv(tmp_path, monkeypatch):
    """A package that looks like elpv-dataset, with the given table."""

    def make(labels: str | None):
        package = tmp_path / "elpv_dataset"
        (package / "data" / "images").mkdir(parents=True)
        (package / "__init__.py").write_text("raise ImportError('it must not be imported')")
        if labels is not None:
            (package / "data" / "labels.csv").write_text(labels)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "elpv_dataset", raising=False)
        return package / "data"

    return make


def test_solar_cells_from_their_table(fake_elpv):
    """The table's columns are split at blanks, and more than one half is defective; the package is not imported."""
    folder = fake_elpv(
        "images/cell0001.png  1.0                 mono\n"
        "images/cell0002.png  0.3333333333333333  poly\n"
        "images/cell0003.png  0.6666666666666666  poly\n"
    )
    manifest = load_dataset("elpv")
    assert manifest.root == folder.resolve()
    assert manifest.paths == ("images/cell0001.png", "images/cell0002.png", "images/cell0003.png")
    assert manifest.class_names == ("defective", "functional")
    assert manifest.labels.tolist() == [0, 1, 0]
    assert manifest.splits == manifest.groups == (None, None, None)
    assert manifest.columns == {"cells": ("monocrystalline", "polycrystalline", "polycrystalline")}
    assert "elpv_dataset" not in sys.modules


@pytest.mark.parametrize("labels", [None, "", "images/cell0001.png\n", "images/cell0001.png half mono\n"])
def test_a_damaged_package(fake_elpv, labels):
    """A package without a usable table is an error with a remedy."""
    fake_elpv(labels)
    with pytest.raises(DataError, match=r"elpv is damaged \(.+\). Install elpv-dataset again"):
        load_dataset("elpv")


@pytest.mark.parametrize(("name", "class_counts"), [("elpv", [821, 1803]), ("textile", [500, 500, 1000])])
def test_the_installed_packages(name, class_counts, tmp_path, monkeypatch):
    """The real packages hold what the catalogue says, and every file is there."""
    monkeypatch.chdir(tmp_path)
    manifest = read_dataset(name)
    assert (len(manifest), manifest.n_classes) == (DATASETS[name].n_images, DATASETS[name].n_classes)
    assert manifest.class_counts().tolist() == class_counts
    assert all(file.is_file() for file in manifest.files())


def test_a_damaged_package_of_folders(tmp_path, monkeypatch):
    """An empty package is an error with a remedy, too."""
    (tmp_path / "conformal_clip_data").mkdir()
    (tmp_path / "conformal_clip_data" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DataError, match=r"textile is damaged \(.+\) Install conformal-clip-data again"):
        load_dataset("textile")


def test_a_package_that_is_not_installed(monkeypatch):
    """The error holds the install line."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "elpv_dataset", raising=False)
    with pytest.raises(MissingExtraError, match=r"The data set elpv needs .* pip install 'regraft\[demo\]'"):
        load_dataset("elpv")


def test_a_data_set_to_fetch():
    """A data set that is not in a package is an error that says how to get it."""
    with pytest.raises(DataError, match=r"does not come in a package\. To get it: regraft datasets get"):
        load_dataset("belgium-signs")


def test_an_unknown_name():
    """An unknown name is answered with near ones."""
    with pytest.raises(OptionError, match="Did you mean elpv"):
        load_dataset("elvp")


def test_listing_loads_nothing_heavy():
    """Listing images loads no network, no pixels, no learning and no Parquet."""
    script = (
        "import sys, regraft.data;"
        "heavy = {'torch', 'PIL', 'sklearn', 'scipy', 'pyarrow', 'openvino'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

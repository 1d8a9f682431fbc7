"""The documentation is executed and looked up: it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import regraft
from regraft.bundle import BundleRecord
from regraft.bundle.record import TENSOR_FILES
from regraft.cli.application import VERBS
from regraft.core import CACHE_VARIABLE
from regraft.datasets import DATASETS, FetchedArchive, Provenance

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def code_blocks(text, language):
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def photos_here(tmp_path, monkeypatch, shared_cache):
    """A current folder with a folder called photos in it."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    for name, base in (("cat", 60), ("dog", 190)):
        for number in range(16):
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((base + rng.integers(-40, 40, (24, 24, 3))).astype(np.uint8)).save(path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
    return tmp_path


def run_blocks(text, name, *, n_blocks):
    """Run a page's Python as it stands, one block after the other."""
    blocks, names = code_blocks(text, "python"), {}
    assert len(blocks) == n_blocks
    for block in blocks:
        exec(compile(block, name, "exec"), names)  # noqa: S102 - our own documentation


@pytest.mark.slow
def test_the_readme_session_runs(photos_here, capsys):
    """Every Python block of the README runs as it stands, on a folder called photos."""
    run_blocks(README, "README.md", n_blocks=2)
    assert "right" in capsys.readouterr().out
    assert (photos_here / "runs" / "photos-probe-2" / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.usefixtures("photos_here")
def test_the_page_on_scikit_learn_runs(capsys):
    """Its blocks run one after the other, and what they print is sensible."""
    run_blocks((ROOT / "docs" / "scikit-learn.md").read_text(encoding="utf-8"), "scikit-learn.md", n_blocks=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("{'logisticregression__C'")
    assert float(lines[1]) > 0.9
    assert "['cat' 'cat']" in lines[2]


@pytest.mark.usefixtures("photos_here")
@pytest.mark.slow
def test_the_page_on_the_interface_runs(capsys):
    """Its block runs as it stands: two probes, predictions, an error with its sentence and exit code."""
    run_blocks((ROOT / "docs" / "api.md").read_text(encoding="utf-8"), "api.md", n_blocks=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("report.html")
    assert [line.split()[1] for line in lines[1:4]] == ["cat"] * 3
    assert lines[-1].startswith("Option 'head'")
    assert lines[-1].endswith(" 2")


def test_the_readme_names_every_verb_and_function():
    """A verb that is not in the README does not exist for a newcomer."""
    for verb in VERBS:
        assert f"`{verb}`" in README, verb
    for name in ("probe", "load", "predict", "embed"):
        assert f"regraft.{name}(" in README
        assert name in regraft.__all__


def test_the_measured_table_is_measured():
    """The README's numbers stand between the markers of the script that writes them."""
    table = re.search(r"<!-- begin measured: python (\S+) -->\n(.*?)<!-- end measured -->", README, flags=re.DOTALL)
    assert table
    assert (ROOT / table.group(1)).is_file()
    assert "images/s" in table.group(2)


@pytest.mark.parametrize("name", [*BundleRecord.model_fields, *TENSOR_FILES])
def test_the_bundle_format_is_written_down(name):
    """Every field and file of a bundle is in its specification."""
    assert f"`{name}`" in (text := (ROOT / "docs" / "bundle-format.md").read_text()) or name in text


@pytest.mark.parametrize("name", [*Provenance.model_fields, *FetchedArchive.model_fields])
def test_the_record_of_a_source_is_written_down(name):
    """Every field of SOURCE.json is on the page about data sets."""
    assert f"`{name}`" in (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DATASETS)
def test_the_page_on_data_sets_is_the_catalogue(name):
    """Each data set is in the table with its numbers."""
    row = DATASETS[name]
    line = f"| `{name}` | {row.n_images:,} | {row.n_classes:,} | "
    assert line in (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("floor", [path.parent.name for path in (ROOT / "src" / "regraft").glob("*/__init__.py")])
def test_the_floor_plan_is_complete(floor):
    """Every floor has its line in docs/architecture.md."""
    assert f"| `{floor}` |" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_pages_name_files_that_exist():
    """Paths in README and CONTRIBUTING lead somewhere."""
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:docs|bench|tests|src)/[\w./-]*)`", text):
            assert (ROOT / path).exists(), path


def test_every_option_has_help():
    """No option of any verb is without a description."""
    from regraft import recipes

    for name in recipes.__all__:
        if name.endswith("Options"):
            for option, field in getattr(recipes, name).model_fields.items():
                assert field.description, f"{name}.{option}"


@pytest.mark.slow
@pytest.mark.usefixtures("photos_here")
def test_the_page_on_programs_runs():
    """The block of docs/programs.md works as it stands."""
    run_blocks((ROOT / "docs" / "programs.md").read_text(encoding="utf-8"), "programs.md", n_blocks=1)

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

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def code_blocks(text, language):
    """The code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_the_readme_session_runs(tmp_path, monkeypatch, shared_cache, capsys):
    """Every Python block of the README runs as it stands, on a folder called photos."""
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
    blocks = code_blocks(README, "python")
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own documentation
    assert "right" in capsys.readouterr().out
    assert (tmp_path / "runs" / "photos-probe-2" / "report.html").is_file()


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

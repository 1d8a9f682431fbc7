"""What an installed Regraft holds beside its modules."""

from __future__ import annotations

from pathlib import Path

import pytest
from setuptools import Distribution

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@pytest.mark.filterwarnings(r"ignore:.* in `pyproject\.toml` is still")  # experimental, as since 2022
def test_an_installed_regraft_has_all_its_files(monkeypatch):
    """Stubs of lazy front doors, tables, templates and the mark of types: whatever is no module and no C is packed."""
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files()
    command = distribution.get_command_obj("build_py")
    command.ensure_finalized()
    packed = {
        Path(folder, name)
        for _package, folder, _target, names in command.get_data_files_without_manifest()
        for name in names
    }
    there = {
        path.relative_to(ROOT)
        for path in (SOURCE / "regraft").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc", ".c", ".so", ".pyd"}
    }
    assert {path.suffix for path in there} == {".pyi", ".csv", ".j2", ".css", ".txt", ".typed"}
    assert packed == there

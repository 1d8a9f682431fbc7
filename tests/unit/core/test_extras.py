"""What is optional, and what is said where it is missing."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from regraft.core import EXTRAS, VERB_EXTRAS, VERB_OPTIONS, MissingExtraError, has_extra, require_extra

PYPROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))


def _modules(requirements):
    """The names of requirements, as modules are spelt; of an extra of our own, those that it brings."""
    for requirement in requirements:
        own = re.fullmatch(r"regraft\[(.*)\]", requirement)
        if own is None:
            yield re.split(r"[<>=[]", requirement)[0].replace("-", "_")
            continue
        for extra in own[1].split(","):
            yield from _modules(PYPROJECT["project"]["optional-dependencies"][extra])


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_that_is_asked_for_brings_what_it_says(extra):
    """And the base does not."""
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert set(EXTRAS[extra]) <= set(_modules(extras[extra]))
    assert not set(EXTRAS[extra]) & set(_modules(PYPROJECT["project"]["dependencies"]))


def test_verbs_that_need_an_extra_exist():
    """The table names verbs and extras that there are."""
    assert VERB_EXTRAS.keys() <= VERB_OPTIONS.keys()
    assert set(VERB_EXTRAS.values()) <= EXTRAS.keys()


def test_a_missing_extra_is_told_with_the_install_line(monkeypatch):
    """One module of it that is not there is enough; a folder of that name is no module."""
    monkeypatch.setitem(EXTRAS, "torch", ("numpy", "scipy"))
    assert has_extra("torch")
    require_extra("torch", "Fine-tuning")
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtraError) as told:
        require_extra("torch", "Fine-tuning")
    assert str(told.value) == (
        "Fine-tuning needs the extra torch, which is not installed. Install it with: pip install 'regraft[torch]'"
    )


def test_a_folder_in_the_way_is_no_package(tmp_path, monkeypatch):
    """Python takes it for an empty package; nothing can be done with it."""
    (tmp_path / "tensorboardX").mkdir()
    monkeypatch.delitem(sys.modules, "tensorboardX", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert not has_extra("tensorboard")

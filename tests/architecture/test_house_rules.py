"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "regraft"
MODULES = sorted(SOURCE.rglob("*.py"))
FLOORS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_rooms_are_small_and_introduce_themselves(module):
    """A module has at most 300 lines, begins with a docstring, and is named for the thing in it."""
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))
    assert module.stem not in {"utils", "util", "helpers", "common", "misc", "manager", "base"}


@pytest.mark.parametrize("floor", FLOORS, ids=lambda path: path.name)
def test_every_floor_has_one_front_door(floor):
    """What `__all__` names is there, once, and every class and function of it is documented."""
    package = importlib.import_module(f"regraft.{floor.name}")
    assert len(set(package.__all__)) == len(package.__all__)
    for name in package.__all__:
        thing = getattr(package, name)
        assert inspect.getdoc(thing) or not (inspect.isclass(thing) or inspect.isfunction(thing)), name


@pytest.mark.parametrize("floor", FLOORS, ids=lambda path: path.name)
def test_a_module_never_bears_the_name_of_an_object_beside_it(floor):
    """`from regraft.recipes import probe` can mean one thing only."""
    package = importlib.import_module(f"regraft.{floor.name}")
    assert not {path.stem for path in floor.glob("*.py")} & set(package.__all__)


def test_the_package_itself_offers_what_it_names():
    """Everything in `regraft.__all__` can be had, and no floor hides behind such a name."""
    import regraft

    for name in regraft.__all__:
        assert getattr(regraft, name)
        assert name not in {floor.name for floor in FLOORS}
    assert dir(regraft) == regraft.__all__
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        regraft.nonsense  # noqa: B018


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_floors_are_entered_by_their_front_door(module):
    """From another floor only `regraft.FLOOR` is imported, never a module inside it."""
    own = module.relative_to(SOURCE).parts[0]
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("regraft."):
            parts = node.module.split(".")
            assert parts[1] == own or len(parts) == 2, node.module


@pytest.mark.parametrize("module", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda path: path.name)
def test_every_test_begins_with_the_sentence_that_it_proves(module):
    """A test function has a docstring that is a sentence."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert (ast.get_docstring(node) or "").split("\n")[0].endswith("."), node.name


def test_openvino_has_one_door():
    """No module, bench or example imports OpenVINO but by the door that turns its telemetry off."""
    door = SOURCE / "backbones" / "openvino_core.py"
    scripts = [path for folder in ("bench", "docs", "examples") for path in (ROOT / folder).rglob("*.py")]
    for module in [*MODULES, *scripts]:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "openvino"], module
    assert '"openvino"' in door.read_text(encoding="utf-8")
    text = "".join(path.read_text(encoding="utf-8") for path in [*MODULES, *scripts] if path != door)
    assert 'import_module("openvino' not in text


def test_nothing_unpickles_or_evaluates():
    """No module imports pickle, and nothing calls eval or exec."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not names & {"pickle", "joblib", "dill", "cloudpickle", "marshal", "shelve"}, module
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, module


def test_home_folders_are_found_in_one_place():
    """`~` is expanded by `core.as_path`, so that all mean the same by it; the parser's guesses only look."""
    expanding = [path for path in MODULES if "expanduser" in path.read_text(encoding="utf-8")]
    assert {path.name for path in expanding} == {"paths.py", "usage_errors.py"}


def test_messages_show_what_users_gave_as_they_typed_it():
    """No message is made with `!r`, which doubles backslashes: `quoted` is for that; Python's own ways may."""
    for module in MODULES:
        for line in module.read_text(encoding="utf-8").splitlines():
            if "!r}" in line:
                assert any(part in line for part in ("has no attribute", "<Classifier", "Registry(", "rules{")), line


def test_there_is_one_door_for_printing():
    """Nothing but the command line's output prints, and nothing else touches the standard streams."""
    doors = {"output.py", "streams.py", "standard_input.py", "progress_bar.py"}
    for module in MODULES:
        if module.parent.name == "cli" and module.name in doors:
            continue
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"print", "input"}, module
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
                assert node.attr not in {"stdout", "stderr"}, module


def test_text_is_json_in_one_way():
    """Nothing but core writes JSON to files: names that are no Unicode are escaped in the same way everywhere."""
    for module in MODULES:
        if module.parent.name == "core":
            continue
        assert not re.search(r"write(_text|_bytes)?\(json\.dumps", module.read_text(encoding="utf-8")), module

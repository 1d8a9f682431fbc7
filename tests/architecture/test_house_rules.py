"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import functools
import gc
import importlib
import inspect
import re
from pathlib import Path

import pytest

from house import long_functions

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "regraft"
MODULES = sorted(SOURCE.rglob("*.py"))
SCRIPTS = sorted(path for folder in ("bench", "docs", "examples", "tools") for path in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
READERS = [ROOT / "pyproject.toml", ROOT / "README.md"] + [
    path
    for folder in ("src", "tests", "docs", "bench", "examples", "tools")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".pyi", ".md"}
]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FLOORS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))


@pytest.fixture(scope="module", autouse=True)
def _trees():
    """Millions of nodes, of which none is rubbish, are not looked through for rubbish again and again."""
    gc.disable()
    yield
    nodes_of.cache_clear()
    tree_of.cache_clear()
    gc.enable()


@functools.cache
def tree_of(path):
    """What a file says, as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def nodes_of(path):
    """All nodes of that tree."""
    return tuple(ast.walk(tree_of(path)))


def test_rooms_are_small_and_introduce_themselves():
    """A module has at most 300 lines (or a tool writes it), begins with a docstring, is named for the thing in it."""
    for module in MODULES:
        introduction = ast.get_docstring(tree_of(module))
        assert introduction, module
        n_lines = len(module.read_text(encoding="utf-8").splitlines())
        assert n_lines <= 300 or "Do not edit." in introduction, module
        assert module.stem not in {"utils", "util", "helpers", "common", "misc", "manager", "base"}, module


@pytest.mark.parametrize("floor", FLOORS, ids=lambda path: path.name)
def test_every_floor_has_one_front_door(floor):
    """What `__all__` names is there, once, and every class and function of it is documented."""
    package = importlib.import_module(f"regraft.{floor.name}")
    assert len(set(package.__all__)) == len(package.__all__)
    for name in package.__all__:
        thing = getattr(package, name)
        assert inspect.getdoc(thing) or not (inspect.isclass(thing) or inspect.isfunction(thing)), name


def test_functions_are_short():
    """A function has at most 40 lines from its `def` to its end, the docstring not counted; in scripts, too."""
    written = [path for path in [*MODULES, *SCRIPTS] if "Do not edit." not in ast.get_docstring(tree_of(path))]
    long = {str(path.relative_to(ROOT)): long_functions(tree_of(path)) for path in written}
    assert {path: found for path, found in long.items() if found} == {}


def test_docstrings_have_the_sections_that_are_needed():
    """Public functions with four or more arguments have `Args`, those that raise have `Raises`."""
    lacking = []
    for module in MODULES:
        if "Do not edit." in ast.get_docstring(tree_of(module)):
            continue
        for node, text in documented(tree_of(module)):
            named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if len([each for each in named if each.arg not in {"self", "cls"}]) >= 4 and "Args:" not in text:
                lacking.append((module.name, node.name, "Args"))
            if raises(node) and "Raises:" not in text:
                lacking.append((module.name, node.name, "Raises"))
    assert lacking == []


def documented(tree):
    """The public functions and methods of a module with their docstrings; that of `__init__` is its class's."""
    for node in tree.body:
        if isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
            yield node, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if isinstance(method, FUNCTIONS) and (method.name == "__init__" or method.name[0] != "_"):
                    yield method, ast.get_docstring(node if method.name == "__init__" else method) or ""


def raises(node):
    """Whether its own body raises an error of its own: what it only lets through does not count."""
    inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, (*FUNCTIONS, ast.Lambda))]
    return any(raises(child) or (isinstance(child, ast.Raise) and child.exc is not None) for child in inner)


def test_what_front_doors_offer_is_wanted():
    """Every name of a floor's door is imported, or spoken of as `floor.name`, outside the floor."""
    speaking = re.compile(rf"\b({'|'.join(floor.name for floor in FLOORS)})[.:](\w+)")
    wanted = set()
    for path in READERS:
        own = path.relative_to(SOURCE).parts[0] if path.is_relative_to(SOURCE) else ""
        spoken = speaking.findall(path.read_text(encoding="utf-8"))
        wanted |= {(floor, name) for floor, name in spoken if floor != own}
        for node in nodes_of(path) if path.suffix in {".py", ".pyi"} else ():
            if isinstance(node, ast.ImportFrom) and (floor := (node.module or "").removeprefix("regraft.")) != own:
                wanted |= {(floor, alias.name) for alias in node.names}
    doors = {floor.name: importlib.import_module(f"regraft.{floor.name}").__all__ for floor in FLOORS}
    assert {(floor, name) for floor, names in doors.items() for name in names} - wanted == set()


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


def test_floors_are_entered_by_their_front_door():
    """From another floor only `regraft.FLOOR` is imported, never a module inside it."""
    for module in MODULES:
        own = module.relative_to(SOURCE).parts[0]
        for node in nodes_of(module):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("regraft."):
                parts = node.module.split(".")
                assert parts[1] == own or len(parts) == 2, (module, node.module)


def test_modules_of_tests_are_small():
    """They have at most 300 lines, too."""
    assert [path.name for path in TESTS if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []


def test_every_test_begins_with_the_sentence_that_it_proves():
    """A test function has a docstring that is a sentence."""
    for module in TESTS:
        for node in nodes_of(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert (ast.get_docstring(node) or "").split("\n")[0].endswith("."), (module, node.name)


@pytest.mark.parametrize(
    ("library", "door"), [("openvino", "backbones/openvino_door.py"), ("onnxruntime", "exporting/onnx_runtime.py")]
)
def test_what_reports_to_its_maker_has_one_door(library, door):
    """No module, bench or example imports such a library but by the door that turns its telemetry off."""
    others = [path for path in [*MODULES, *SCRIPTS] if path != SOURCE / door]
    for module in others:
        for node in nodes_of(module):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == library], module
    assert f'"{library}"' in (SOURCE / door).read_text(encoding="utf-8")
    assert f'import_module("{library}' not in "".join(path.read_text(encoding="utf-8") for path in others)


def test_nothing_unpickles_or_evaluates():
    """No module imports pickle, and nothing calls eval or exec."""
    for module in MODULES:
        for node in nodes_of(module):
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
        for node in nodes_of(module):
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

"""What `import regraft` gives: names, types, keyword arguments; the stub, the code and the page agree."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import regraft
from regraft import recipes
from regraft.cli.verb_table import VERBS
from regraft.core import errors
from regraft.recipes import settings as known

ROOT = Path(__file__).parents[2]
STUB = ROOT / "src" / "regraft" / "__init__.pyi"
FUNCTIONS = {name: one for name in regraft.__all__ if inspect.isfunction(one := getattr(regraft, name))}
WITHOUT_A_VERB = {"check_export", "load", "network_input", "apply_decisions", "undo_decisions"}
WITH_SETTINGS = {name: one for name, one in FUNCTIONS.items() if "options" in inspect.signature(one).parameters}


@pytest.fixture(scope="module")
def writer():
    """The script that writes the keyword arguments."""
    specification = importlib.util.spec_from_file_location("write_settings", ROOT / "tools" / "write_settings.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_all_ways_to_ask_agree():
    """`__all__`, `dir`, a star import and what type checkers read name the same things."""
    starred: dict[str, object] = {}
    exec("from regraft import *", starred)  # noqa: S102 - our own line
    stub = ast.parse(STUB.read_text(encoding="utf-8"))
    listed = next(node.value for node in stub.body if isinstance(node, ast.Assign))
    imported = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(regraft.__all__) == set(ast.literal_eval(listed)) == imported | {"__version__"}
    assert set(starred) - {"__builtins__"} == set(regraft.__all__)
    assert dir(regraft) == sorted(regraft.__all__)


def test_nothing_is_imported_before_it_is_used():
    """Neither numbers nor options nor a floor is loaded by `import regraft` and a question for its version."""
    program = "import sys, regraft; regraft.__version__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "pydantic", "torch", "sklearn", "openvino", "PIL"}
    assert not {name for name in loaded if name.startswith("regraft.")}


def test_the_version_is_the_installed_one():
    """`regraft.__version__` is what pip shows."""
    assert regraft.__version__ == importlib.metadata.version("regraft")


def test_errors_options_and_results_are_public():
    """The whole tree of errors, the options of every verb, and every result can be imported from the package."""
    tree = {name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)}
    told = {name for name in recipes.__all__ if name.endswith(("Options", "Result", "Row"))} - {"TrustOptions"}
    assert tree | told <= set(regraft.__all__)


def types_told():
    """The type of each documented attribute of a result, and of what the public parts of a `Classifier` give."""
    for name in regraft.__all__:
        if name.endswith("Result") or name in {"Assessment", "Prediction"}:
            for base in [one for one in getattr(regraft, name).__mro__ if one.__module__.startswith("regraft.")]:
                found = {each: told for each, told in inspect.get_annotations(base).items() if not each.startswith("_")}
                yield from ((f"{name}.{each}", told) for each, told in found.items())
                gives = {each: one.fget for each, one in vars(base).items() if isinstance(one, property)}
                yield from ((f"{name}.{each}", one.__annotations__["return"]) for each, one in gives.items())
    for each in ("predict", "stream", "predict_arrays", "predict_files"):
        yield f"Classifier.{each}", inspect.signature(getattr(regraft.Classifier, each)).return_annotation


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("recipes", "find_dataset", "show_dataset"),
        ("recipes", "list_slim_networks", "list_slim_networks"),
        ("recipes", "ImageFeatures", "ImageFeatures"),
        ("bundle", "load_bundle", "load"),
    ],
)
def test_old_names_work_once_more(module, old, new):
    """They say what to write instead; what never was is no attribute."""
    floor = importlib.import_module(f"regraft.{module}")
    with pytest.warns(DeprecationWarning, match=rf"regraft\.{module}\.{old} is regraft\.{new} now") as warned:
        assert getattr(floor, old) is getattr(regraft, new)
    assert warned[0].filename == __file__
    with pytest.raises(AttributeError, match="never"):
        _ = floor.never


def test_what_results_are_made_of_is_public():
    """Whoever writes a function that takes a part of a result can name its type."""
    told = dict(types_told())
    assert {"TrainResult.rungs", "SweepResult.best", "Assessment.accuracy", "CompareResult.report"} <= told.keys()
    names = {each: set(re.findall(r"\b[A-Z]\w+", str(annotation))) for each, annotation in told.items()}
    elsewhere = {"Path", "NDArray", "Iterator", "None", "ClassVar", "Any"}
    assert {each: odd for each, found in names.items() if (odd := found - elsewhere - set(regraft.__all__))} == {}


def test_the_keyword_arguments_are_the_options(writer):
    """Written anew, the modules of keyword arguments and of parameters are the committed ones."""
    for path, text in writer.written().items():
        assert path.read_text(encoding="utf-8") == text, "run: python tools/write_settings.py"


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_a_verb_takes_its_options_by_name(name):
    """The type of `**settings` has every option, and no more; the signature and the help name it."""
    function = WITH_SETTINGS[name]
    parameters = inspect.signature(function).parameters
    kind = parameters["options"].annotation.removesuffix(" | None")
    settings = kind.replace("Options", "Settings")
    assert parameters["settings"].annotation == f"Unpack[{settings}]"
    assert set(getattr(known, settings).__annotations__) == set(getattr(regraft, kind).model_fields)
    assert f"`{kind}`" in inspect.getdoc(function)


@pytest.mark.slow
def test_a_wrong_name_is_explained_by_the_options_of_all_verbs():
    """Whatever happens to be imported: nothing but the options that are asked for."""
    program = (
        "import sys\nfrom regraft.recipes import ProbeOptions\ntry:\n    ProbeOptions.of(None, {'epochs': 3})\n"
        "except Exception as error:\n    print(error, 'regraft.recipes.sweeping' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(
        "'epochs' is an option of finetune, pretrain, sweep and train: probe trains no network."
    )
    assert done.stdout.endswith(" False\n")


RIGHT = """
from pathlib import Path

import regraft
from regraft import Classifier, ImageClassifier, OptionError, ProbeOptions, ProbeResult

result: ProbeResult = regraft.probe("photos", head="svm", n_folds=3, runs="runs", root=Path("x"), image_size=None)
regraft.probe(Path("photos"), ProbeOptions(head="svm"), seed=1)
regraft.compare("photos", backbones=["a", "b"], heads=("svm",))
regraft.convert_dataset("photos", to="tfrecord", out=Path("x"))
regraft.train("photos", rates=[1e-3, 1e-2], augmentation="flips", fresh_views="yes")
regraft.pretrain("photos", epochs=3, backbone="lenet")
classifier: Classifier = regraft.load(result.bundle, trust_code=True)
label: str = classifier.predict(["a.jpg"], top_k=2).predictions[0].label
version: str = regraft.__version__
problems: type[Exception] = OptionError
"""
WRONG = {
    'regraft.probe("photos", hed="svm")': "hed",
    'regraft.probe("photos", head="svn")': "head",
    'regraft.finetune("photos", epochs="many")': "epochs",
    'regraft.predict("x", "y", top="1")': "top",
    'regraft.convert_dataset("photos", to="zip")': "to",
    'regraft.load("x", trust=True)': "trust",
    "regraft.prob": "prob",
}
SETTINGS = """
[mypy]
strict = true
follow_imports = skip
[mypy-regraft.recipes.*,regraft.bundle.*,regraft.core.*,regraft.datasets.*]
follow_imports = silent
[mypy-numpy.*]
follow_imports_for_stubs = true
"""
"""What says nothing about the calls is not read: two seconds instead of twenty."""


@pytest.mark.slow
def test_type_checkers_know_the_keyword_arguments(tmp_path):
    """Right calls pass; a wrong name and a wrong word are found, each in its line."""
    beginning = RIGHT.count("\n") + 2
    (tmp_path / "user.py").write_text("\n".join([RIGHT.rstrip("\n"), "", *WRONG]), encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(SETTINGS, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "user.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = {int(line): text for line, text in re.findall(r"^user\.py:(\d+): error: (.*)", done.stdout, re.MULTILINE)}
    assert set(found) == set(range(beginning, beginning + len(WRONG))), done.stdout + done.stderr
    for text, name in zip(found.values(), WRONG.values(), strict=True):
        assert f'"{name}"' in text


def rows_of_the_page():
    """Command line, function, options and result of each row of the table in docs/api.md."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for line in re.findall(r"^\| `regraft .*", text, re.MULTILINE):
        command, function, options, result = (cell.strip(" `") for cell in line.strip("|").split("|"))
        yield pytest.param(command, function, options, result, id=command.removeprefix("regraft "))


@pytest.mark.parametrize(("command", "name", "options", "result"), list(rows_of_the_page()))
def test_a_verb_is_a_function_of_its_name(command, name, options, result):
    """The page says which function, options and result belong to a command line, and the words are the same."""
    function, words = getattr(regraft, name), command.split()[1:]
    annotation = inspect.signature(function).parameters.get("options")
    assert options == ("" if annotation is None else annotation.annotation.removesuffix(" | None"))
    assert re.search(rf"\b{result}\b", inspect.signature(function).return_annotation)
    assert result == "Path" or result in regraft.__all__
    match words:
        case ["backbones", "--slim"]:
            assert name == "list_slim_networks"
        case [("datasets" | "backbones") as things]:
            assert name == f"list_{things}"
        case [things, action]:
            assert name in {f"{action}_{things.removesuffix('s')}", f"{things}_{action}"}
        case _:
            assert [name] == words


def test_the_page_has_every_verb_function_and_class():
    """No verb and no function is missing from the table, and no public name from the page."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [row.values for row in rows_of_the_page()]
    assert {command.split()[1] for command, *_ in rows} == set(VERBS) - {"slim", "serve"}
    assert {name for _, name, *_ in rows} == set(FUNCTIONS) - WITHOUT_A_VERB
    assert all(f"`{name}`" in text for name in regraft.__all__)

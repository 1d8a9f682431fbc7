"""Everything public that takes a place takes it in every form, and says what else it was given."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import regraft
from case_names import named
from regraft.bundle import Classifier
from regraft.core import OptionError, Options

PLACE, SEVERAL, IMAGES, OTHER = "a place", "a place or several", "images", "no place"
PARAMETERS = {
    "ImageClassifier": {"checkpoint": OTHER, "backbone": OTHER},  # options: checked below
    "ImageFeatures": {"checkpoint": OTHER, "backbone": OTHER},
    "ImageClassifier.fit": {"X": IMAGES},
    "ImageClassifier.predict": {"X": IMAGES},
    "ImageClassifier.predict_proba": {"X": IMAGES},
    "ImageClassifier.predict_sets": {"X": IMAGES},
    "ImageClassifier.novelty": {"X": IMAGES},
    "ImageClassifier.is_unknown": {"X": IMAGES},
    "ImageClassifier.decision_function": {"X": IMAGES},
    "ImageClassifier.score": {"X": IMAGES},
    "ImageFeatures.fit": {"X": IMAGES},
    "ImageFeatures.transform": {"X": IMAGES},
    "ImageFeatures.fit_transform": {"X": IMAGES},
    "Classifier.predict": {"images": IMAGES},
    "Classifier.stream": {"images": IMAGES},
    "Classifier.predict_files": {"files": SEVERAL},
    "Classifier.predict_arrays": {"images": OTHER},
    "cache": {"other": PLACE},
    "apply_decisions": {"source": PLACE, "decisions": PLACE, "out": PLACE},
    "audit": {"source": PLACE},
    "check": {"bundle": PLACE},
    "check_export": {"export": PLACE, "against": PLACE, "sources": SEVERAL},
    "compare": {"source": PLACE},
    "convert_dataset": {"source": PLACE},
    "curve": {"source": PLACE},
    "embed": {"source": SEVERAL},
    "evaluate": {"bundle": PLACE, "source": PLACE},
    "explain": {"bundle": PLACE, "sources": IMAGES},
    "export": {"bundle": PLACE, "sources": SEVERAL},
    "finetune": {"source": PLACE},
    "get_dataset": {"name": OTHER},
    "load": {"folder": PLACE, "cache": PLACE},
    "new_model": {"name": PLACE},
    "show_dataset": {"name": OTHER},
    "predict": {"bundle": PLACE, "sources": IMAGES},
    "pretrain": {"source": PLACE},
    "probe": {"source": PLACE},
    "scan": {"source": PLACE},
    "sweep": {"source": PLACE},
    "train": {"source": PLACE},
    "undo_decisions": {"table": PLACE, "out": PLACE},
}
"""Every parameter of what is public that can name a place, and what it takes."""

STRANGE = [None, 3, 1.5, b"", "", "a\0b", {"a": 1}, object(), b"\xff\xd8\xff\xe0 a JPEG", pd.DataFrame({"path": ["a"]})]
NO_PLACES = {
    "options",
    "progress",
    "settings",
    "top_k",
    "action",
    "choice",
    "trust_code",
    "self",
    "y",
    "sample_weight",
    "groups",
}
"""Parameters that name no place, whatever has them."""
METHODS = {
    "ImageClassifier": (
        "fit",
        "predict",
        "predict_proba",
        "predict_sets",
        "novelty",
        "is_unknown",
        "decision_function",
        "score",
    ),
    "ImageFeatures": ("fit", "transform", "fit_transform"),
    "Classifier": ("predict", "stream", "predict_files", "predict_arrays"),
}


def public():
    """Everything that can be called, by name."""
    functions = {name: getattr(regraft, name) for name in regraft.__all__}
    found = {name: one for name, one in functions.items() if inspect.isfunction(one)}
    for kind in (regraft.ImageClassifier, regraft.ImageFeatures, Classifier):
        found |= {f"{kind.__name__}.{name}": getattr(kind, name) for name in METHODS[kind.__name__]}
    return found


def test_every_parameter_that_names_a_place_is_known_here():
    """A new public function, or a new parameter with a path in its annotation, has to be entered above."""
    for name, function in public().items():
        parameters = inspect.signature(function).parameters
        listed = PARAMETERS.get(name, {})
        assert set(listed) <= set(parameters), name
        unknown = set(parameters) - set(listed) - NO_PLACES
        places = [one for one in unknown if any(word in str(parameters[one].annotation) for word in ("Path", "str"))]
        required = [one for one in unknown if parameters[one].default is inspect.Parameter.empty]
        named = [one for one in (*places, *required) if parameters[one].kind not in (4, 2)]
        assert name in ("network_input", "list_backbones", "list_datasets", "list_slim_networks") or not named, name


def calls():
    for name, parameters in PARAMETERS.items():
        for parameter, kind in parameters.items():
            if kind != OTHER:
                yield pytest.param(name, parameter, kind, id=f"{name}-{parameter}")


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bound(name):
    """What a name means, on something that has no more than it needs: a place is looked at before anything else."""
    owner, _, method = name.rpartition(".")
    if not owner:
        return getattr(regraft, name)
    if owner == "Classifier":
        return getattr(object.__new__(Classifier), method)
    estimator = getattr(regraft, owner)()
    estimator.classes_ = np.array([0, 1])  # fitted, as scikit-learn sees it
    return getattr(estimator, method)


@pytest.mark.parametrize(("name", "parameter", "kind"), list(calls()))
def test_what_is_no_place_is_an_error_of_the_option(name, parameter, kind, empty_folder):
    """It says what was given, whatever was expected, before anything is read or written."""
    for given in STRANGE:
        if parameter in {"cache", "other"} and given is None:
            continue
        if kind == IMAGES and isinstance(given, pd.DataFrame):
            continue  # a table with one column is a list of images
        with named(given):
            assert_refused(name, parameter, given)
    assert not list(empty_folder.iterdir())


def assert_refused(name, parameter, given):
    function = bound(name)
    others = {
        "y": [0, 1],
        **dict.fromkeys(
            ("bundle", "source", "sources", "folder", "decisions", "table", "out", "export", "against"), "s"
        ),
    }
    needed = inspect.signature(function).parameters
    arguments = {key: value for key, value in others.items() if key in needed and key != parameter}
    with pytest.raises(OptionError, match=r" is (a path|a folder|an image)|^X |^Item"):
        list(function(**{parameter: given}, **arguments) or ())


def options_classes(base=Options):
    for one in base.__subclasses__():
        yield one
        yield from options_classes(one)


def load_all():
    """Import every module that declares options."""
    import importlib
    import pkgutil

    for module in pkgutil.walk_packages(regraft.__path__, "regraft."):
        if module.name != "regraft.__main__" and not module.name.endswith(("._resample", "._looking", "._depthwise")):
            importlib.import_module(module.name)


def path_fields():
    load_all()
    found = {(one, name) for one in options_classes() for name, field in one.model_fields.items() if is_path(field)}
    return [pytest.param(*pair, id=f"{pair[0].__name__}-{pair[1]}") for pair in sorted(found, key=str)]


def is_path(field):
    return Path in {field.annotation, *get_args(field.annotation)}


@pytest.mark.parametrize(("options", "name"), path_fields())
def test_every_option_that_is_a_path_finds_the_home_folder(options, name, tmp_path, monkeypatch):
    """Text, bytes and path objects; from keywords, from a ready object, and by construction."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for given in ("~/x", Path("~/x"), b"~/x"):
        read = options.of(None, {name: given})
        assert getattr(read, name) == tmp_path / "x"
        assert getattr(options.of(read, {}), name) == tmp_path / "x"
    assert getattr(options(**{name: "~/x"}), name) == tmp_path / "x"
    for strange in (3, {}, "", "a\0b", "~nosuchuser/x", [Path("a")]):
        with pytest.raises(OptionError, match=f"^Option '{name}' is "):
            options.of(None, {name: strange})


def test_an_option_that_is_text_may_be_a_path(tmp_path):
    """A run's folder as the backbone can be given as a Path."""
    read = regraft.recipes.ProbeOptions.of(None, {"backbone": tmp_path})
    assert read.backbone == str(tmp_path)

"""Regraft: a folder of labelled images in, a measured classifier out.

    import regraft

    result = regraft.probe("photos")              # photos/CLASS/image.jpg
    print(result.assessment.sentence, result.report)
    classifier = regraft.load(result.bundle)
    regraft.predict(classifier, ["new.jpg"])

The verbs of the command line are functions here, with the same options by name. Nothing heavy is imported before it
is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regraft.backbones import network_input
    from regraft.bundle import load_bundle as load
    from regraft.core import RegraftError
    from regraft.estimators import ImageClassifier, ImageFeatures
    from regraft.recipes import (
        check,
        compare,
        convert_dataset,
        demo,
        doctor,
        embed,
        evaluate,
        finetune,
        get_dataset,
        list_backbones,
        list_datasets,
        new_model,
        predict,
        pretrain,
        probe,
        scan,
        sweep,
        train,
    )
    from regraft.slim import list_slim_networks

__all__ = [
    "ImageClassifier",
    "ImageFeatures",
    "RegraftError",
    "check",
    "compare",
    "convert_dataset",
    "demo",
    "doctor",
    "embed",
    "evaluate",
    "finetune",
    "get_dataset",
    "list_backbones",
    "list_datasets",
    "list_slim_networks",
    "load",
    "network_input",
    "new_model",
    "predict",
    "pretrain",
    "probe",
    "scan",
    "sweep",
    "train",
]

_PLACES = {
    "ImageClassifier": ("regraft.estimators", "ImageClassifier"),
    "ImageFeatures": ("regraft.estimators", "ImageFeatures"),
    "load": ("regraft.bundle", "load_bundle"),
    "list_slim_networks": ("regraft.slim", "list_slim_networks"),
    "network_input": ("regraft.backbones", "network_input"),
    "RegraftError": ("regraft.core", "RegraftError"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'regraft' has no attribute {name!r}")
    module, attribute = _PLACES.get(name, ("regraft.recipes", name))
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__

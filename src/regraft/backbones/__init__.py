"""Pretrained networks as functions from pixels to features: records, weights, layers, engines.

What works on the networks' modules needs torch, and is imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from regraft.backbones.catalog import BACKBONES, DEFAULT_BACKBONE
from regraft.backbones.choice import (
    Device,
    Engine,
    EngineChoice,
    EngineName,
    Precision,
    accelerator,
    choose_engine,
    cpu_has_bf16,
)
from regraft.backbones.counterparts import COUNTERPARTS, Counterpart
from regraft.backbones.declaration import network_input
from regraft.backbones.engines import EngineOpener, compute_features, open_engine
from regraft.backbones.preprocessing import (
    PREPROCESSINGS,
    Preprocessing,
    PreprocessingName,
    with_preprocessing,
)
from regraft.backbones.processes import require_own_threads
from regraft.backbones.resolution import is_offline, resolve_backbone, resolve_own_network
from regraft.backbones.specification import LAYER_RULES_VERSION, BackboneSpec, WeightsSource
from regraft.backbones.tensor_files import load_tensors
from regraft.backbones.torch_door import watch_for_torch
from regraft.backbones.weights import keep_state, keep_weights

if TYPE_CHECKING:
    from regraft.backbones.architectures import load_network
    from regraft.backbones.cutting import cut_behind, stage_parameters
    from regraft.backbones.layers import stage_names
    from regraft.backbones.networks import classifier_size, create_timm_optimizer, timm_optimizer_names
    from regraft.backbones.planes import Planes

_WITH_TORCH = {
    "Planes": "planes",
    "classifier_size": "networks",
    "create_timm_optimizer": "networks",
    "cut_behind": "cutting",
    "load_network": "architectures",
    "stage_names": "layers",
    "stage_parameters": "cutting",
    "timm_optimizer_names": "networks",
}

__all__ = [
    "BACKBONES",
    "COUNTERPARTS",
    "DEFAULT_BACKBONE",
    "LAYER_RULES_VERSION",
    "PREPROCESSINGS",
    "BackboneSpec",
    "Counterpart",
    "Device",
    "Engine",
    "EngineChoice",
    "EngineName",
    "EngineOpener",
    "Planes",
    "Precision",
    "Preprocessing",
    "PreprocessingName",
    "WeightsSource",
    "accelerator",
    "choose_engine",
    "classifier_size",
    "compute_features",
    "cpu_has_bf16",
    "create_timm_optimizer",
    "cut_behind",
    "is_offline",
    "keep_state",
    "keep_weights",
    "load_network",
    "load_tensors",
    "network_input",
    "open_engine",
    "require_own_threads",
    "resolve_backbone",
    "resolve_own_network",
    "stage_names",
    "stage_parameters",
    "timm_optimizer_names",
    "with_preprocessing",
]


watch_for_torch()


def __getattr__(name: str) -> Any:
    if name not in _WITH_TORCH:
        raise AttributeError(f"module 'regraft.backbones' has no attribute {name!r}")
    return getattr(importlib.import_module(f"regraft.backbones.{_WITH_TORCH[name]}"), name)

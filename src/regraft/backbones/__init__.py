"""Pretrained networks as functions from pixels to features: records, weights, layers, engines."""

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
from regraft.backbones.engines import compute_features, open_engine
from regraft.backbones.resolution import is_offline, resolve_backbone
from regraft.backbones.specification import LAYER_RULES_VERSION, BackboneSpec, WeightsSource
from regraft.backbones.weights import keep_weights

__all__ = [
    "BACKBONES",
    "DEFAULT_BACKBONE",
    "LAYER_RULES_VERSION",
    "BackboneSpec",
    "Device",
    "Engine",
    "EngineChoice",
    "EngineName",
    "Precision",
    "WeightsSource",
    "accelerator",
    "choose_engine",
    "compute_features",
    "cpu_has_bf16",
    "is_offline",
    "keep_weights",
    "open_engine",
    "resolve_backbone",
]

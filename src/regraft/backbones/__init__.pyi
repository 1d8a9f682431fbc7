from .architectures import load_network
from .catalog import BACKBONES, DEFAULT_BACKBONE
from .choice import (
    Device,
    Engine,
    EngineChoice,
    EngineName,
    Precision,
    TappedBlock,
    TappedImage,
    accelerator,
    choose_engine,
    cpu_has_bf16,
)
from .counterparts import COUNTERPARTS, Counterpart
from .cutting import cut_behind, stage_parameters
from .declaration import network_input
from .engines import EngineOpener, compute_features, open_engine, open_maps, require_engine
from .feature_network import load_features, stage_names
from .graphs import add_lite
from .layers import AUTO, PENULTIMATE
from .lites import find_lite
from .networks import classifier_size, create_timm_optimizer, timm_optimizer_names
from .openvino_door import import_openvino, openvino_core
from .planes import Planes
from .preprocessing import PREPROCESSINGS, PreprocessingName, with_preprocessing
from .processes import require_own_threads
from .resolution import is_offline, resolve_backbone, resolve_own_network
from .specification import LAYER_RULES_VERSION, BackboneSpec, WeightsSource
from .tensor_files import load_tensors
from .weight_packages import needed_extra
from .weights import copy_weights, keep_state, keep_weights

__all__ = [
    "AUTO",
    "BACKBONES",
    "COUNTERPARTS",
    "DEFAULT_BACKBONE",
    "LAYER_RULES_VERSION",
    "PENULTIMATE",
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
    "PreprocessingName",
    "TappedBlock",
    "TappedImage",
    "WeightsSource",
    "accelerator",
    "add_lite",
    "choose_engine",
    "classifier_size",
    "compute_features",
    "copy_weights",
    "cpu_has_bf16",
    "create_timm_optimizer",
    "cut_behind",
    "find_lite",
    "import_openvino",
    "is_offline",
    "keep_state",
    "keep_weights",
    "load_features",
    "load_network",
    "load_tensors",
    "needed_extra",
    "network_input",
    "open_engine",
    "open_maps",
    "openvino_core",
    "require_engine",
    "require_own_threads",
    "resolve_backbone",
    "resolve_own_network",
    "stage_names",
    "stage_parameters",
    "timm_optimizer_names",
    "with_preprocessing",
]

"""`bundle.json`: what a saved classifier is. The format is described in docs/bundle-format.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from regraft.backbones import BackboneSpec
from regraft.core import PrintableText, Value
from regraft.images import Transform

SCHEMA_VERSION = 1
N_CLASSES_MAX = 100_000
RECORD_FILE = "bundle.json"
HEAD_FILE = "head.safetensors"
BACKBONE_FILE = "backbone.safetensors"
GOLDEN_FILE = "golden/golden.safetensors"
CARD_FILE = "card.md"
CODE_FILE = "code/network.py"
"""The source of a network that its author wrote; only where there is one."""
SEEN_FILE = "seen.safetensors"
"""Which images it has learnt from; only where that is known."""
TENSOR_FILES = (HEAD_FILE, BACKBONE_FILE, GOLDEN_FILE)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EngineRecord(Value):
    """The engine that the head was fitted with: scores are exact on it and close on others."""

    engine: str
    precision: str
    device: str


Calibration = Literal["cross-validation", "validation images", "folds", "none"]


class Making(Value):
    """How a classifier came about, for its card."""

    network: Literal["fixed", "fine-tuned", "from scratch"] = Field(
        description="whether the network's weights are as they came, trained on, or trained from drawn ones"
    )
    first_stage: str = Field("", max_length=500, description="where training began; empty for all of the network")
    calibration: Calibration
    n_calibrated: int = Field(0, ge=0, description="images that the calibration was fitted on, where they are counted")


class BundleRecord(Value):
    """Everything about a saved classifier but its tensors."""

    schema_version: int = Field(ge=1)
    name: PrintableText = Field(max_length=200)
    created: str = Field(max_length=64, description="ISO 8601 time")
    class_names: tuple[str, ...] = Field(min_length=2, max_length=N_CLASSES_MAX)
    backbone: BackboneSpec
    layer: str = Field(max_length=500)
    transform: Transform
    engine: EngineRecord
    head: dict[str, Any] = Field(description="settings of the linear head, heads.LinearHead.settings()")
    digests: dict[str, Digest] = Field(description="BLAKE3 of each tensor file, by its name in the bundle")
    options: dict[str, Any] = Field(default_factory=dict, description="what the run was asked for")
    metrics: dict[str, Any] = Field(default_factory=dict, description="what it reached on held-out images")
    versions: dict[str, str] = Field(default_factory=dict)
    making: Making | None = Field(None, description="how it came about; None of bundles that do not know")

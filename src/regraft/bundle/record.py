"""`bundle.json`: what a saved classifier is. The format is described in docs/bundle-format.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from regraft.backbones import BackboneSpec
from regraft.core import PrintableText, Value
from regraft.images import FIXED_VIEWS, PLAIN, Transform

SCHEMA_VERSION = 2
N_CLASSES_MAX = 100_000
N_NETWORKS_MAX = 16
RECORD_FILE = "bundle.json"
HEAD_FILE = "head.safetensors"
GOLDEN_FILE = "golden/golden.safetensors"
CARD_FILE = "card.md"
NOVELTY_FILE = "novelty.safetensors"
"""What known images look like; only where strangeness is measured on features."""
SEEN_FILE = "seen.safetensors"
"""Which images it has learnt from; only where that is known."""
TENSOR_FILES = (HEAD_FILE, GOLDEN_FILE)
"""Of every bundle, besides the networks' weights."""

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


_OF_A_NETWORK = ("backbone", "layer", "transform")
Reader = Literal["head", "novelty"]


class NetworkRecord(Value):
    """A network, and what a head takes of it."""

    backbone: BackboneSpec
    layer: str = Field(max_length=500)
    transform: Transform
    views: tuple[str, ...] = Field(
        (PLAIN.name,),
        min_length=1,
        max_length=len(FIXED_VIEWS),
        description="views of an image whose features are averaged, the plain one first",
    )
    read_by: tuple[Reader, ...] = Field(
        ("head", "novelty"), min_length=1, max_length=2, description="what reads the features"
    )

    @field_validator("views")
    @classmethod
    def _known(cls, views: tuple[str, ...]) -> tuple[str, ...]:
        if views[0] != PLAIN.name or len(set(views)) < len(views) or not set(views) <= set(FIXED_VIEWS):
            raise ValueError(f"views are different ones of {', '.join(FIXED_VIEWS)}, and {PLAIN.name} is the first")
        return views

    @property
    def is_frozen(self) -> bool:
        """Whether it stands beside trained networks, as it came, and the head does not read it."""
        return "head" not in self.read_by


class BundleRecord(Value):
    """Everything about a saved classifier but its tensors."""

    schema_version: int = Field(ge=1)
    name: PrintableText = Field(max_length=200)
    created: str = Field(max_length=64, description="ISO 8601 time")
    class_names: tuple[str, ...] = Field(min_length=2, max_length=N_CLASSES_MAX)
    networks: tuple[NetworkRecord, ...] = Field(max_length=N_NETWORKS_MAX)
    engine: EngineRecord
    head: dict[str, Any] = Field(description="settings of the linear head, heads.LinearHead.settings()")
    novelty: dict[str, Any] | None = Field(
        None, description="what says that an image is of none of the classes, heads.NoveltyDetector.settings()"
    )
    prediction_sets: dict[str, Any] | None = Field(
        None, description="which classes an image may be of, heads.PredictionSets.settings()"
    )
    golden: Literal["images", "made"] = Field(
        "images", description="what the golden inputs are: test images, or pictures that were made to be that"
    )
    digests: dict[str, Digest] = Field(description="BLAKE3 of each tensor file, by its name in the bundle")
    options: dict[str, Any] = Field(default_factory=dict, description="what the run was asked for")
    metrics: dict[str, Any] = Field(default_factory=dict, description="what it reached on held-out images")
    versions: dict[str, str] = Field(default_factory=dict)
    making: Making | None = Field(None, description="how it came about; None of bundles that do not know")

    @field_validator("networks")
    @classmethod
    def _some(cls, networks: tuple[NetworkRecord, ...]) -> tuple[NetworkRecord, ...]:
        is_frozen = [network.is_frozen for network in networks]
        if all(is_frozen) or sorted(is_frozen) != is_frozen:
            raise ValueError("a classifier has at least one network that its head reads, before any that it does not")
        readers = {network.read_by for network in networks if not network.is_frozen}
        if readers != {("head",)} if any(is_frozen) else readers != {("head", "novelty")}:
            raise ValueError("novelty reads the networks that the head does not read; where there are none, the head's")
        return networks

    @model_validator(mode="before")
    @classmethod
    def _of_format_1(cls, given: Any) -> Any:
        """Format 1 had one network, whose parts stood in the record itself."""
        if not isinstance(given, dict) or given.get("schema_version") != 1 or "networks" in given:
            return given
        network = {name: given[name] for name in _OF_A_NETWORK if name in given}
        return {name: value for name, value in given.items() if name not in network} | {"networks": (network,)}

    @property
    def head_networks(self) -> tuple[NetworkRecord, ...]:
        """Those that the head reads: the first ones."""
        return tuple(network for network in self.networks if not network.is_frozen)

    def weights_file(self, place: int) -> str:
        """Where the weights of one of the networks lie in the bundle."""
        return "backbone.safetensors" if self.schema_version == 1 else f"network{place + 1}/weights.safetensors"

    def code_file(self, place: int) -> str:
        """Where its source lies, if its author wrote it."""
        return "code/network.py" if self.schema_version == 1 else f"network{place + 1}/network.py"

    def golden_inputs(self) -> list[str]:
        """Names of the tensors that hold golden inputs: one for each view of each network that the head reads."""
        if self.schema_version == 1:
            return ["pixels"]
        return [f"pixels{number + 1}" for number in range(sum(len(network.views) for network in self.head_networks))]

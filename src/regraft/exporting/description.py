"""What an export says of itself: everything about a classifier that is no number of its graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import Field, ValidationError, field_validator

from regraft.core import BundleError, Value, digest_bytes, exact_json
from regraft.images import PLAIN, Transform

if TYPE_CHECKING:
    from regraft.bundle import Classifier

FORMAT: Literal[1] = 1
METADATA_KEY = "regraft"
"""Under this name the description goes with a graph, as one JSON text."""
TEXTS_KEY = "texts"
"""Below the other, in OpenVINO's files: all texts of the graph."""
Unsure: TypeAlias = tuple[dict[str, Any] | None, dict[str, Any] | None]
N_CLASSES_MAX = 1 << 20
N_INPUTS_MAX = 64
N_CHARACTERS_MAX = 64 << 20
OUTPUTS = ("scores", "probabilities", "novelty", "unknown", "set")
"""What a graph gives, in this order; the first two always, the next two together."""


class SeenInput(Value):
    """Pixels that a graph takes: which part of an image, at which size.

    Attributes:
        name: Of the input.
        transform: From the image to these pixels.
        window: Left, top, right, bottom of the part that is seen, as fractions of what the transform uses.
    """

    name: str = Field(max_length=32)
    transform: Transform
    window: tuple[float, float, float, float] = PLAIN.window

    @field_validator("window")
    @classmethod
    def _inside(cls, window: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, bottom = window
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError("a window is a part of the image")
        return window


class NetworkLicence(Value):
    """Whose network it is.

    Attributes:
        name: Of the network.
        licence: Of its weights; None where nobody knows.
        source: Where they come from.
    """

    name: str
    licence: str | None = None
    source: str | None = None


class Description(Value):
    """What an export says of itself.

    Attributes:
        format: Of this description.
        name: Of the classifier.
        bundle: BLAKE3 of the record of the bundle that it was made from.
        class_names: In the order of the columns.
        inputs: What the graph takes.
        outputs: What it gives, in order.
        precision: Of its arithmetic.
        head: Kind of the linear head.
        temperature: By which scores are divided.
        unknown: Measure and threshold of strangeness, and the share of known images above it; None where nothing tells.
        sets: Threshold and coverage of prediction sets; None where there are none.
        networks: With their licences.
        versions: Of what made it.
    """

    format: Literal[1] = FORMAT
    name: str
    bundle: str = Field(pattern="^[0-9a-f]{64}$")
    class_names: tuple[str, ...] = Field(min_length=2, max_length=N_CLASSES_MAX)
    inputs: tuple[SeenInput, ...] = Field(min_length=1, max_length=N_INPUTS_MAX)
    outputs: tuple[str, ...]
    precision: Literal["fp32", "int8"] = "fp32"
    head: Literal["softmax", "svm"]
    temperature: float = Field(gt=0)
    unknown: dict[str, Any] | None = None
    sets: dict[str, Any] | None = None
    networks: tuple[NetworkLicence, ...] = ()
    versions: dict[str, str] = Field(default_factory=dict)

    @field_validator("inputs")
    @classmethod
    def _different(cls, inputs: tuple[SeenInput, ...]) -> tuple[SeenInput, ...]:
        if len({one.name for one in inputs}) < len(inputs):
            raise ValueError("two inputs have one name")
        return inputs

    @field_validator("outputs")
    @classmethod
    def _known(cls, outputs: tuple[str, ...]) -> tuple[str, ...]:
        is_ordered = outputs == tuple(one for one in OUTPUTS if one in outputs)
        if not is_ordered or outputs[:2] != OUTPUTS[:2] or ("novelty" in outputs) != ("unknown" in outputs):
            raise ValueError(f"outputs are some of {', '.join(OUTPUTS)}, with the first two")
        return outputs

    @property
    def unsure(self) -> Unsure:
        """When images are unknown, and what sets name."""
        return self.unknown, self.sets

    def metadata(self) -> dict[str, str]:
        """As it goes with a graph: texts by name."""
        return {METADATA_KEY: exact_json(self.model_dump(mode="json"))}


def read_description(text: str, place: str) -> Description:
    """The description that goes with a graph.

    Args:
        text: JSON.
        place: The file, for sentences.

    Raises:
        BundleError: It is none, or of a newer Regraft.
    """
    if len(text) > N_CHARACTERS_MAX:
        raise BundleError(f"What {place} says of itself is too long: {len(text):,} characters.")
    try:
        return Description.model_validate_json(text)
    except ValidationError as error:
        version = _claimed_format(text)
        if isinstance(version, int) and version > FORMAT:
            raise BundleError(
                f"The export {place} has format {version}; this Regraft reads up to format {FORMAT}. "
                "Install a newer one: pip install --upgrade regraft"
            ) from error
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise BundleError(f"What {place} says of itself is damaged, at {where}: {first['msg']}.") from error


def _claimed_format(text: str) -> Any:
    try:
        return json.loads(text)["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def describe(classifier: Classifier, inputs: tuple[SeenInput, ...], outputs: tuple[str, ...]) -> Description:
    """The description of a classifier's graph.

    Args:
        classifier: The classifier.
        inputs: What the graph takes.
        outputs: What it gives.
    """
    record = classifier.record
    unknown, sets = unsure_of(classifier)
    return Description(
        name=record.name,
        bundle=bundle_digest(classifier),
        class_names=record.class_names,
        inputs=inputs,
        outputs=outputs,
        head=classifier.head.kind,
        temperature=classifier.head.temperature,
        unknown=unknown,
        sets=sets,
        networks=tuple(
            NetworkLicence(name=spec.name, licence=spec.licence, source=spec.source) for spec in classifier.backbones
        ),
        versions=record.versions,
    )


def unsure_of(classifier: Classifier) -> Unsure:
    """When a classifier calls images unknown, and what its sets name; None for what it cannot tell."""
    novelty, sets = classifier.novelty, classifier.sets
    return None if novelty is None else novelty.settings(), None if sets is None else sets.settings()


def bundle_digest(classifier: Classifier) -> str:
    """BLAKE3 of a classifier's record, which holds the digests of all its tensors."""
    return digest_bytes(classifier.record.exact_json().encode())

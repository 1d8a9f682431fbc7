"""TF-Slim's four families of preprocessing, by name (research/slim/preprocessing in tensorflow/models)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regraft.core import BackboneError, Registry, Value
from regraft.images import ResizePolicy

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec

PreprocessingName = Literal["inception", "vgg", "cifarnet", "lenet"]
Triple = tuple[float, float, float]


class Preprocessing(Value):
    """From an image to a network's input, as a family of networks had it in evaluation.

    Attributes:
        name: Of the family.
        resize: How an image gets the input's size.
        crop_fraction: Of the sides, where the policy cuts.
        mean, std: Values become (p / 255 - mean) / std.
        standardise: Each image is then brought to mean 0 and deviation 1.
        augmentation: The family's policy in training.
    """

    name: PreprocessingName
    resize: ResizePolicy
    crop_fraction: float = 1.0
    mean: Triple
    std: Triple
    standardise: bool = False
    augmentation: str


_HALF = (0.5, 0.5, 0.5)

PREPROCESSINGS: Registry[Preprocessing] = Registry(
    "preprocessing",
    {
        row.name: row
        for row in (
            Preprocessing(
                name="inception",
                resize="cut-squash",
                crop_fraction=0.875,
                mean=_HALF,
                std=_HALF,
                augmentation="inception",
            ),
            Preprocessing(
                name="vgg",
                resize="crop",
                crop_fraction=0.875,  # the shorter side is 256, and 224 of it are cut out
                mean=(123.68 / 255, 116.78 / 255, 103.94 / 255),
                std=(1 / 255, 1 / 255, 1 / 255),
                augmentation="vgg",
            ),
            Preprocessing(
                name="cifarnet",
                resize="pad",
                mean=(0.0, 0.0, 0.0),
                std=(1.0, 1.0, 1.0),
                standardise=True,
                augmentation="cifarnet",
            ),
            Preprocessing(
                name="lenet",
                resize="pad",
                mean=(128 / 255, 128 / 255, 128 / 255),
                std=(128 / 255, 128 / 255, 128 / 255),
                augmentation="none",
            ),
        )
    },
)
"""By name."""


def with_preprocessing(spec: BackboneSpec, name: PreprocessingName) -> BackboneSpec:
    """A backbone that is given its images as a family had them.

    Args:
        spec: A resolved backbone.
        name: Of the family.

    Raises:
        BackboneError: It is the user's own network, whose input is declared beside it.
    """
    if spec.family == "own":
        raise BackboneError(
            f"--preprocessing {name}: your own network declares its input itself, with @regraft.network_input(...)."
        )
    family = PREPROCESSINGS[name]
    return spec.model_copy(
        update={
            "preprocessing": name,
            "resize": family.resize,
            "crop_fraction": family.crop_fraction,
            "interpolation": "bilinear",
            "mean": family.mean,
            "std": family.std,
            "standardise": family.standardise,
        }
    )

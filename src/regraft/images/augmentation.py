"""Random changes of training images: drawn for an image's content, a seed and a view's number, never in an order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageEnhance
from pydantic import Field

from regraft.core import Registry, Value, generator
from regraft.images.random_operations import OPERATIONS, operate
from regraft.images.transform import Transform, WindowedTransform

if TYPE_CHECKING:
    from numpy.typing import NDArray

AUGMENTATION_RULES_VERSION = 2
"""Part of every view's name: raise it when the same draw would give other pixels."""


class Augmentation(Value):
    """A policy of random changes. Crops are random resized crops (Szegedy et al. 2014, arXiv:1409.4842)."""

    crop: float = Field(1.0, gt=0, le=1, description="smallest part of the area that a crop keeps; 1 for no crop")
    aspect: float = Field(4 / 3, ge=1, le=4, description="largest change of the aspect ratio by a crop")
    flip: Literal["none", "horizontal", "vertical", "both"] = Field("none", description="every second view is mirrored")
    rotation: float = Field(0.0, ge=0, le=180, description="largest turn in degrees, either way")
    brightness: float = Field(0.0, ge=0, lt=1, description="largest relative change")
    contrast: float = Field(0.0, ge=0, lt=1, description="largest relative change")
    saturation: float = Field(0.0, ge=0, lt=1, description="largest relative change")
    n_random_ops: int = Field(0, ge=0, le=10, description="operations of RandAugment (arXiv:1909.13719)")
    magnitude: int = Field(7, ge=0, le=10, description="strength of these operations")
    shift: int = Field(0, ge=0, le=64, description="largest move in pixels of the input, either way; black comes in")
    added_brightness: float = Field(0.0, ge=0, lt=1, description="largest amount that is added, a part of white")

    @property
    def is_plain(self) -> bool:
        """Whether it changes nothing."""
        plain = Augmentation(aspect=self.aspect, magnitude=self.magnitude)
        return self == plain

    @property
    def is_continuous(self) -> bool:
        """Whether there are more than a few different views of an image."""
        return Augmentation(flip=self.flip, aspect=self.aspect, magnitude=self.magnitude) != self

    def fingerprint(self) -> str:
        """A text that is equal for two policies exactly if they give equal views."""
        unused = {name for name in _LATER if not getattr(self, name)}
        return f"rules{AUGMENTATION_RULES_VERSION}-{self.model_dump_json(exclude=unused)}"


_LATER = ("shift", "added_brightness")
"""Fields that came later: views without them keep their names."""
_PHOTO = {"crop": 0.35, "flip": "horizontal"}
PolicyName = Literal[
    "none", "flip", "flips", "crop", "crop-flip", "colour", "randaugment", "inception", "vgg", "cifarnet"
]
"""What `AUGMENTATIONS` lists, as types can say it."""
AUGMENTATIONS: Registry[Augmentation] = Registry(
    "augmentation",
    {
        "none": Augmentation(),
        "flip": Augmentation(flip="horizontal"),
        "flips": Augmentation(flip="both"),
        "crop": Augmentation(crop=0.6, aspect=1.15, rotation=8, brightness=0.2, contrast=0.2),
        "crop-flip": Augmentation(**_PHOTO),
        "colour": Augmentation(**_PHOTO, brightness=0.3, contrast=0.3, saturation=0.3),
        "randaugment": Augmentation(**_PHOTO, n_random_ops=2, magnitude=7),
        # TF-Slim's, by the family of networks. Inception's crops kept .05 of the area and a tenth of the image: .1.
        "inception": Augmentation(crop=0.1, flip="horizontal", added_brightness=32 / 255, saturation=0.5),
        "vgg": Augmentation(crop=0.25, aspect=1.0, flip="horizontal"),
        "cifarnet": Augmentation(shift=4, flip="horizontal", added_brightness=63 / 255, contrast=0.8),
    },
)
"""Policies by name."""


@dataclass(frozen=True)
class View:
    """One random view of every image.

    Attributes:
        augmentation: The policy.
        seed: Of all views.
        number: Which view.
    """

    augmentation: Augmentation
    seed: int
    number: int

    def fingerprint(self) -> str:
        """A text for keys: equal for views that give equal pixels."""
        if self.augmentation.is_plain:
            return "plain"
        return f"{self.augmentation.fingerprint()}-{self.seed}-{self.number}"

    def draw(self, digest: str) -> Change | None:
        """The change of the image with this content; None for none."""
        if self.augmentation.is_plain:
            return None
        turn = int(generator(self.seed, "turn", digest).integers(4)) + self.number
        return Change.drawn(self.augmentation, generator(self.seed, "view", str(self.number), digest), turn)


@dataclass(frozen=True)
class Change:
    """What happens to one image: every number is drawn.

    Attributes:
        window: Left, top, right, bottom of the crop, fractions.
        mirrored: Left to right, top to bottom.
        degrees: Turn, counter-clockwise.
        factors: Of brightness, contrast, saturation; 1 changes nothing.
        operations: Names and signed strengths (-1 to 1) of further operations.
        moved: Pixels to the right and down.
        added: To each value, a part of white.
    """

    window: tuple[float, float, float, float]
    mirrored: tuple[bool, bool]
    degrees: float
    factors: tuple[float, float, float]
    operations: tuple[tuple[str, float], ...]
    moved: tuple[int, int] = (0, 0)
    added: float = 0.0

    @classmethod
    def drawn(cls, policy: Augmentation, random: np.random.Generator, turn: int) -> Change:
        """Draw a change. Every policy takes the same draws in the same order.

        Args:
            policy: What may happen.
            random: Draws.
            turn: Which of the four mirrorings: an image's successive views go through all of them.
        """
        numbers = random.random(8)
        area = policy.crop + (1 - policy.crop) * numbers[0]
        ratio = policy.aspect ** (2 * numbers[1] - 1) if policy.crop < 1 else 1.0
        width, height = min(1.0, math.sqrt(area * ratio)), min(1.0, math.sqrt(area / ratio))
        left, top = numbers[2] * (1 - width), numbers[3] * (1 - height)
        spreads = (policy.brightness, policy.contrast, policy.saturation)
        names = list(OPERATIONS)
        chosen = random.integers(len(names), size=policy.n_random_ops)
        signs = random.choice([-1.0, 1.0], size=policy.n_random_ops)
        moves = random.integers(-policy.shift, policy.shift + 1, size=2)
        added = policy.added_brightness * (2 * random.random() - 1)
        return cls(
            window=(left, top, left + width, top + height),
            mirrored=(
                policy.flip in ("horizontal", "both") and bool(turn & 1),
                policy.flip in ("vertical", "both") and bool(turn & (2 if policy.flip == "both" else 1)),
            ),
            degrees=policy.rotation * (2 * numbers[4] - 1),
            factors=tuple(1 + spread * (2 * draw - 1) for spread, draw in zip(spreads, numbers[5:], strict=True)),
            operations=tuple(
                (names[place], sign * policy.magnitude / 10) for place, sign in zip(chosen, signs, strict=True)
            ),
            moved=(int(moves[0]), int(moves[1])),
            added=added,
        )

    def windowed(self, transform: Transform) -> Transform:
        """The geometry with the crop in it: still one pass, and as little decoding as the crop needs."""
        if self.window == (0.0, 0.0, 1.0, 1.0) or transform.policy == "letterbox":
            return transform  # a letterbox promises the whole image
        return WindowedTransform(**transform.model_dump(), window=self.window)

    def applied(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Everything but the crop, on pixels (h, w, 3) uint8 of the network's size."""
        image = Image.fromarray(_moved(pixels, *self.moved) if any(self.moved) else pixels)
        if self.mirrored[0]:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if self.mirrored[1]:
            image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        if self.degrees:
            image = operate(image, "rotate", self.degrees / 30)
        if self.added:
            table = np.clip(np.rint(np.arange(256) + 255 * self.added), 0, 255).astype(np.uint8)
            image = Image.fromarray(table[np.asarray(image)])
        enhancers = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
        for enhancer, factor in zip(enhancers, self.factors, strict=True):
            if factor != 1:
                image = enhancer(image).enhance(factor)
        for name, strength in self.operations:
            image = operate(image, name, strength)
        return np.array(image)


def _moved(pixels: NDArray[np.uint8], right: int, down: int) -> NDArray[np.uint8]:
    """Pixels (h, w, 3) moved; what comes in is black. As padding and a random crop of the old size do it."""
    height, width = pixels.shape[:2]
    result = np.zeros_like(pixels)
    rows, columns = slice(max(down, 0), height + min(down, 0)), slice(max(right, 0), width + min(right, 0))
    sources = slice(max(-down, 0), height + min(-down, 0)), slice(max(-right, 0), width + min(-right, 0))
    result[rows, columns] = pixels[sources]
    return result

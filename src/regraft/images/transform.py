"""Geometry: how an image of any shape becomes height x width pixels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regraft.core import Value

DECODE_RULES_VERSION = 4
"""Part of every feature's key: raise it when the same file would give other pixels."""

ResizePolicy = Literal["squash", "crop", "letterbox", "cut-squash", "pad"]
Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos"]
Box = tuple[float, float, float, float]


class Transform(Value):
    """A deterministic map from an image to (height, width, 3) uint8 pixels.

    `squash` uses the whole image and changes its aspect ratio. `crop` keeps the ratio and cuts out the centre: of the
    largest box with the target's ratio the part `crop_fraction`, as timm's evaluation does. `letterbox` keeps the
    ratio and the whole image, with grey bars. `cut-squash` cuts out the part `crop_fraction` of either side about the
    centre, and changes its aspect ratio, as TF-Slim's Inception did. `pad` scales nothing: it cuts out the centre, or
    puts the image into a black frame.
    """

    height: int = Field(ge=1, le=4096)
    width: int = Field(ge=1, le=4096)
    policy: ResizePolicy = "squash"
    crop_fraction: float = Field(1.0, gt=0, le=1)
    interpolation: Interpolation = "bicubic"

    def fingerprint(self) -> str:
        """A text that is equal for two transforms exactly if they give equal pixels."""
        crop = self.crop_fraction if self.policy in ("crop", "cut-squash") else 1.0
        return f"rules{DECODE_RULES_VERSION}-{self.height}x{self.width}-{self.policy}-{crop!r}-{self.interpolation}"

    def turned(self) -> Transform:
        """The transform of an image that will be turned by 90 degrees afterwards."""
        return self.model_copy(update={"height": self.width, "width": self.height})

    def source_box(self, width: int, height: int) -> Box:
        """The part of a `width` x `height` image that is used: left, top, right, bottom in pixels."""
        if self.policy == "cut-squash":
            x, y = (int((side - side * self.crop_fraction) / 2) for side in (width, height))
            return (float(x), float(y), float(width - x), float(height - y))
        if self.policy == "pad":
            x, y = min(width, self.width), min(height, self.height)
            first, upper = (width - x) // 2, (height - y) // 2
            return (float(first), float(upper), float(first + x), float(upper + y))
        if self.policy != "crop":
            return (0.0, 0.0, float(width), float(height))
        scale = min(width / self.width, height / self.height) * self.crop_fraction
        # Rounding must not push an edge out of the image, not even by 1e-13 pixels.
        left = max(0.0, (width - self.width * scale) / 2)
        top = max(0.0, (height - self.height * scale) / 2)
        return (left, top, width - left, height - top)

    def target_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height that the used part is scaled to; smaller than the target only in a frame."""
        if self.policy == "pad":
            return min(width, self.width), min(height, self.height)
        if self.policy != "letterbox":
            return self.width, self.height
        scale = min(self.width / width, self.height / height)
        return max(1, round(width * scale)), max(1, round(height * scale))


class WindowedTransform(Transform):
    """A transform of a part of the image only: what a random crop is made with.

    Attributes:
        window: left, top, right, bottom of that part, as fractions of what the transform would use.
    """

    window: Box

    def source_box(self, width: int, height: int) -> Box:
        """The window's part of a `width` x `height` image, in pixels."""
        left, top, right, bottom = super().source_box(width, height)
        x, y = right - left, bottom - top
        first, upper, last, lower = self.window
        return (left + first * x, top + upper * y, left + last * x, top + lower * y)

"""Pictures to look for copies among, and the ways in which copies are changed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Change = Callable[[Image.Image, np.random.Generator], Image.Image]

_TILE_PIXELS = 96
_SCENE_PIXELS = (160, 120)


def jpeg(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Saved again as a JPEG of quality 50."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=50)
    return Image.open(stream).convert(picture.mode)


def half(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Half the width and height."""
    return picture.resize((max(8, picture.width // 2), max(8, picture.height // 2)), Image.Resampling.BICUBIC)


def cropped(share: float) -> Change:
    """A window that is this much narrower and lower, anywhere."""

    def crop(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        width, height = (round(side * (1 - share)) for side in picture.size)
        left, top = (int(rng.integers(n)) for n in (picture.width - width + 1, picture.height - height + 1))
        return picture.crop((left, top, left + width, top + height))

    return crop


def brightness(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A fifth brighter or darker."""
    return ImageEnhance.Brightness(picture).enhance(float(rng.choice((0.8, 1.2))))


def mirrored(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Left for right."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def turned(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """By a quarter, to either side."""
    return picture.transpose(Image.Transpose(int(rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)))))


def squeezed(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Brought to 1:1; a picture that is square already becomes 4:3."""
    short = min(picture.size)
    return picture.resize(
        (short, short * 3 // 4 if picture.width == picture.height else short), Image.Resampling.BICUBIC
    )


def cut_square(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """The middle, 1:1; a picture that is square already is cut to 4:3."""
    short = min(picture.size)
    width, height = (short, short * 3 // 4) if picture.width == picture.height else (short, short)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def grey(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """Without its colours; with more contrast where it had none."""
    if is_grey(picture):
        return ImageEnhance.Contrast(picture).enhance(1.3)
    return picture.convert("L").convert("RGB")


def watermarked(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A half-transparent band of letters, an eighth of the height, anywhere."""
    marked = picture.convert("RGB")
    band = Image.new("L", (60, 10), 0)
    ImageDraw.Draw(band).text((1, -1), "SAMPLE (C)", fill=150)
    width, height = max(1, picture.width * 4 // 5), max(1, picture.height // 8)
    place = (int(rng.integers(picture.width - width + 1)), int(rng.integers(picture.height - height + 1)))
    marked.paste((255, 255, 255), place, band.resize((width, height), Image.Resampling.BICUBIC))
    return marked


MILD: Mapping[str, Change] = {"JPEG 50": jpeg, "half size": half, "5 % crop": cropped(0.05), "brightness": brightness}
HARD: Mapping[str, Change] = {
    "mirror": mirrored,
    "quarter turn": turned,
    "12.5 % crop": cropped(0.125),
    "1:1 squeezed": squeezed,
    "1:1 cut": cut_square,
    "grey": grey,
    "watermark": watermarked,
}


def is_grey(picture: Image.Image) -> bool:
    """Whether its three channels are the same."""
    red, green, blue = picture.convert("RGB").split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def tiles(picture: Image.Image) -> Iterator[Image.Image]:
    """Pieces of a photograph, none of which has a pixel of another."""
    for top in range(0, picture.height - _TILE_PIXELS + 1, _TILE_PIXELS):
        for left in range(0, picture.width - _TILE_PIXELS + 1, _TILE_PIXELS):
            yield picture.crop((left, top, left + _TILE_PIXELS, top + _TILE_PIXELS))


def scene(rng: np.random.Generator) -> Image.Image:
    """Things of all sizes that hide each other, with texture and light from one side: "dead leaves"."""
    width, height = _SCENE_PIXELS if rng.random() < 0.7 else _SCENE_PIXELS[::-1]
    picture = Image.new("RGB", (width, height), _colour(rng))
    draw = ImageDraw.Draw(picture)
    for radius in np.sort(4 / rng.power(1.5, 80))[::-1].clip(2, 70):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        if rng.random() < 0.5:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius * rng.uniform(0.1, 1)), fill=_colour(rng))
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, 5))
            corners = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
            draw.polygon([tuple(corner) for corner in corners.tolist()], fill=_colour(rng))
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5))), np.float32)
    slope = np.linspace(rng.uniform(0.6, 1), 1, width)[None, :, None]
    noise = rng.normal(0, rng.uniform(1, 6), pixels.shape)
    return Image.fromarray((pixels * slope + noise).clip(0, 255).astype(np.uint8))


def flat(rng: np.random.Generator) -> Image.Image:
    """Next to nothing: one tone, two tones, a ramp, a dark frame with noise, or a lamp in the dark."""
    width, height = _SCENE_PIXELS
    y, x = np.arange(float(height))[:, None], np.arange(float(width))
    kind = rng.integers(5)
    pixels = np.full((height, width), rng.uniform(0, 255))
    if kind == 1:
        place = rng.uniform(0.2, 0.8)
        is_first = (x < place * width) | (y < 0) if rng.random() < 0.5 else (y < place * height) | (x < 0)
        one, other = rng.uniform(0, 255, 2)
        pixels = np.where(is_first, one, other)
    elif kind == 2:
        pixels = rng.uniform(0, 128) + x * rng.uniform(-0.7, 0.7) + y * rng.uniform(-0.7, 0.7)
    elif kind == 3:
        pixels = np.full_like(pixels, rng.uniform(0, 10))
    elif kind == 4:
        distance = (x - rng.uniform(0, width)) ** 2 + (y - rng.uniform(0, height)) ** 2
        pixels = 4 + rng.uniform(20, 250) * np.exp(-distance / (2 * rng.uniform(3, 15) ** 2))
    noisy = pixels + rng.normal(0, rng.uniform(0, 4), pixels.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).convert("RGB")


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    tone = rng.integers(0, 256)
    red, green, blue = (int(value) for value in (tone + rng.normal(0, 40, 3)).clip(0, 255))
    return red, green, blue

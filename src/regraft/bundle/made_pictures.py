"""Pictures that show nothing: golden inputs of classifiers that keep none of their user's images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEIGHT, _WIDTH = 240, 320
_N_SHAPES = 6


def make_pictures(n_pictures: int) -> list[NDArray[np.uint8]]:
    """The first of a row of pictures, the same on every machine: each (240, 320, 3) uint8.

    Clouds with the spectrum of photographs (the amplitude falls with the frequency), a light that fades across them,
    and discs and boxes with sharp edges: colours, contours and textures for a network to answer to, other ones in
    every picture.

    Args:
        n_pictures: How many.
    """
    return [_make_picture(number) for number in range(n_pictures)]


def _make_picture(number: int) -> NDArray[np.uint8]:
    random = generator(number, "made picture")
    canvas = random.uniform(40, 215, 3) + 30 * np.stack([_clouds(random) for _channel in range(3)], axis=2)
    canvas += 60 * _light(random)[:, :, None]
    rows, columns = np.mgrid[:_HEIGHT, :_WIDTH]
    for place in range(_N_SHAPES):
        row, column, size = random.uniform((0, 0, 15), (_HEIGHT, _WIDTH, 60))
        away = np.hypot(rows - row, columns - column)
        if place % 2:
            away = np.maximum(np.abs(rows - row), np.abs(columns - column))
        canvas[away < size] = 0.3 * canvas[away < size] + 0.7 * random.uniform(0, 255, 3)
    return canvas.clip(0, 255).astype(np.uint8)


def _clouds(random: np.random.Generator) -> NDArray[np.float64]:
    """Noise whose amplitude is the frequency's inverse; mean 0, deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(_HEIGHT)[:, None], np.fft.rfftfreq(_WIDTH)[None])
    frequency[0, 0] = np.inf
    clouds = np.fft.irfft2(np.fft.rfft2(random.normal(size=(_HEIGHT, _WIDTH))) / frequency, (_HEIGHT, _WIDTH))
    return np.asarray(clouds / clouds.std())


def _light(random: np.random.Generator) -> NDArray[np.float64]:
    """From -1 at one side of the picture to 1 at another."""
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.linspace(-1, 1, _HEIGHT)[:, None], np.linspace(-1, 1, _WIDTH)[None]
    return np.asarray((np.cos(angle) * rows + np.sin(angle) * columns) / np.sqrt(2))

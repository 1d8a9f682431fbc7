"""What is known of an image besides its features: one record of plain numbers and short texts.

The record is made while an image is decoded (`images`), kept beside its features (`features`), and judged among those
of the whole data set (`auditing`).
"""

from __future__ import annotations

import numpy as np

LOOK_RULES_VERSION = 1
"""Part of the key of every look: raise it when the record changes, or the same file would give another one."""
THUMBNAIL_PIXELS = 32

LOOK = np.dtype(
    [
        ("thumbnail", "u1", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)),  # luminance of the whole image, upright, squashed
        ("width", "<u4"),  # pixels, upright
        ("height", "<u4"),
        ("n_bytes", "<u8"),  # of the file
        ("format", "S8"),  # by content: JPEG, PNG, ...
        ("is_grey", "?"),  # the file holds no colours
        ("has_opacity", "?"),  # an alpha channel, or a transparent colour
        ("is_uncovered", "?"),  # its opacity hid all of it, and was left out
        ("colour", "<f4", (3,)),  # mean of red, green, blue, 0 to 255
        ("border", "<f4", (3,)),  # the same of the outermost sixteenth of each side
        ("brightness", "<f4"),  # mean luminance of what the network sees, 0 to 255
        ("contrast", "<f4"),  # its standard deviation
        ("darkest", "<f4"),  # its 5th percentile
        ("brightest", "<f4"),  # its 95th percentile
        ("saturation", "<f4"),  # mean difference between the largest and the smallest of red, green, blue
        ("sharpness", "<f4"),  # variance of its Laplacian, at the size that the network sees
        ("orientation", "u1"),  # EXIF, 1 to 8
        ("camera", "S40"),  # EXIF, maker and model; empty where there is none
        ("software", "S32"),  # EXIF
        ("taken", "S19"),  # EXIF, YYYY:MM:DD HH:MM:SS
        ("has_place", "?"),  # EXIF, GPS
    ]
)
"""One image's record. An array of these is (n,), and so is each of its fields but those that have a shape.

Texts are UTF-8, cut to their length without half a character.
"""

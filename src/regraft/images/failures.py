"""Why an image cannot be used: whatever a decoder says becomes a stable code and a sentence of ours.

Its own words are in the exception's cause, for developers: others learn nothing from them, and a server tells nobody
what it is made of.
"""

from __future__ import annotations

import struct

from regraft.data import Reason, UnreadableImageError

TRUNCATED = "the file ends before its image does"
UNSUPPORTED = "it is of a kind, or compressed in a way, that is not supported"
DAMAGED = "its data make no picture"
N_PIXELS_MAX = 200_000_000
"""A larger image is refused by its header. The largest cameras (16,320 x 12,240) just pass."""
N_SIDE_MAX = 1_000_000
"""No side may be longer: a resize filter takes some 32 bytes for each pixel of a side."""


def check_size(width: int, height: int) -> None:
    """Refuse an image by the size that its header states, before anything is decoded.

    Raises:
        UnreadableImageError: It has no pixels, or too many.
    """
    if width < 1 or height < 1:
        raise UnreadableImageError(Reason.DAMAGED, f"its header states {width} x {height} pixels")
    if width * height > N_PIXELS_MAX or max(width, height) > N_SIDE_MAX:
        raise UnreadableImageError(
            Reason.TOO_LARGE,
            f"{width:,} x {height:,} pixels are more than is allowed ({N_PIXELS_MAX:,}, {N_SIDE_MAX:,} on a side)",
        )


def explain_failure(error: Exception) -> UnreadableImageError:
    """What a decoder's exception means."""
    text = str(error)
    if isinstance(error, MemoryError):
        return UnreadableImageError(Reason.TOO_LARGE, "there is not enough memory to decode it")
    # Pillow wraps what it meets at the end of a header into another error
    if isinstance(error, _AT_THE_END) or isinstance(error.__cause__, _AT_THE_END) or _says(text, _TRUNCATED):
        return UnreadableImageError(Reason.TRUNCATED, TRUNCATED)
    if "decompression bomb" in text or "too large" in text.lower():
        return UnreadableImageError(Reason.TOO_LARGE, "a part of it unfolds to more than is allowed")
    is_unknown = isinstance(error.__cause__, KeyError)  # a compression or mode that Pillow's tables lack
    if is_unknown or isinstance(error, NotImplementedError) or _says(text, _UNSUPPORTED):
        return UnreadableImageError(Reason.UNSUPPORTED, UNSUPPORTED)
    if isinstance(error, SyntaxError):  # what Pillow raises while it reads a header
        return UnreadableImageError(Reason.DAMAGED, "its header is damaged or cut off")
    return UnreadableImageError(Reason.DAMAGED, DAMAGED)


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text.lower() for phrase in phrases)


_AT_THE_END = (EOFError, IndexError, struct.error)
_TRUNCATED = ("truncated", "not enough image data")
_UNSUPPORTED = ("unsupported", "not supported", "unknown pixel mode", "unknown data organization", "not available")

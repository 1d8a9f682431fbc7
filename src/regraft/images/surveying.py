"""A look into every image of a data set: which can be decoded, and what they are.

Damage is found as extraction finds it, because the same decoder looks; a target of a few pixels lets it take the
smallest scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import SilentProgress, digest_bytes, in_threads
from regraft.data import Unreadable, UnreadableImageError, reading_order
from regraft.images.decoding import decode_noting, read_bytes
from regraft.images.headers import read_header
from regraft.images.transform import Transform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Progress
    from regraft.data import ImageFile
    from regraft.images.headers import ImageHeader

_N_IMAGES_A_TASK = 4
_SMALL = Transform(height=8, width=8)


@dataclass(frozen=True)
class Look:
    """One image that can be decoded.

    Attributes:
        digest: BLAKE3 of its bytes.
        header: Its format and size; None where only the decoder makes sense of it.
        is_uncovered: Its opacity hid all of it and was left out.
    """

    digest: str
    header: ImageHeader | None
    is_uncovered: bool = False


def survey_images(
    files: Sequence[ImageFile], *, n_threads: int | None = None, progress: Progress | None = None
) -> list[Look | Unreadable]:
    """Decode every image, at the smallest scale that its format offers.

    Args:
        files: n files, or parts of larger ones.
        n_threads: None for one on each usable core.
        progress: Where to report.

    Returns:
        n times what was found, or why there is nothing.
    """
    progress = progress or SilentProgress()
    progress.start("Decoding images", len(files))
    order = reading_order(files)
    found = in_threads(
        _look_into, [files[row] for row in order], progress, n_a_task=_N_IMAGES_A_TASK, n_threads=n_threads
    )
    in_order = dict(zip(order, found, strict=True))
    return [in_order[row] for row in range(len(files))]


def _look_into(source: ImageFile) -> Look | Unreadable:
    try:
        data = read_bytes(source)
        _pixels, is_uncovered = decode_noting(data, _SMALL)
    except UnreadableImageError as error:
        return Unreadable(path=str(source), reason=error.reason, detail=error.detail)
    try:
        header = read_header(data)
    except UnreadableImageError:
        header = None
    return Look(digest_bytes(data), header, is_uncovered)

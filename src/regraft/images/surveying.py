"""A look at every image of a data set: which can be decoded, and what they are.

Damage is found as extraction finds it, because the same decoder looks; a target as small as a look's thumbnail lets
it take the smallest scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import SilentProgress, in_threads
from regraft.data import LOOK, THUMBNAIL_PIXELS, Unreadable, UnreadableImageError, n_readers, reading_order
from regraft.images.decoding import read_image
from regraft.images.transform import Transform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import ImageFile

_N_IMAGES_A_TASK = 4
_SMALL = Transform(height=THUMBNAIL_PIXELS, width=THUMBNAIL_PIXELS, interpolation="bilinear")


@dataclass(frozen=True, eq=False)
class Survey:
    """What was found in n files.

    Attributes:
        digests: BLAKE3 of each one's bytes; None of what cannot be decoded.
        looks: (n,) of `regraft.data.LOOK`, as if a network saw them at the size of the thumbnail; zeros where there is
            no digest.
        unreadable: Why there is none.
    """

    digests: tuple[str | None, ...]
    looks: NDArray[Any]
    unreadable: tuple[Unreadable, ...]


def survey_images(
    files: Sequence[ImageFile], *, n_threads: int | None = None, progress: Progress | None = None
) -> Survey:
    """Decode every image, at the smallest scale that its format offers.

    Args:
        files: n files, or parts of larger ones.
        n_threads: None for one on each usable core, and more where files are in an object store.
        progress: Where to report.
    """
    progress = progress or SilentProgress()
    progress.start("Decoding images", len(files))
    looks = np.zeros(len(files), LOOK)

    def survey(row: int) -> str | Unreadable:
        try:
            decoded = read_image(files[row], _SMALL, looks=True)
        except UnreadableImageError as error:
            return Unreadable(path=str(files[row]), reason=error.reason, detail=error.detail)
        looks[row] = decoded.look
        return decoded.digest

    order, n_threads = reading_order(files), n_threads or n_readers(files)
    found = dict(
        zip(order, in_threads(survey, order, progress, n_a_task=_N_IMAGES_A_TASK, n_threads=n_threads), strict=True)
    )
    in_order = [found[row] for row in range(len(files))]
    return Survey(
        tuple(one if isinstance(one, str) else None for one in in_order),
        looks,
        tuple(one for one in in_order if isinstance(one, Unreadable)),
    )

"""A generated corpus of malformed and odd images, each with what a correct reader makes of it."""

from __future__ import annotations

from functools import cache
from itertools import chain

from corpus.bombs import bombs
from corpus.case import Case, Expected
from corpus.cuts import cut_files
from corpus.flips import flipped_pixels
from corpus.foreign import foreign_files, misnamed_files
from corpus.headers import (
    bmps_with_wrong_headers,
    gifs_with_wrong_headers,
    pngs_with_wrong_streams,
    tiffs_with_wrong_tags,
    webps_with_wrong_headers,
)
from corpus.jpegs import jpegs_of_the_printing_trade, jpegs_with_lost_data, odd_jpegs, refused_jpegs
from corpus.kinds import (
    files_of_odd_sizes,
    narrow_files,
    odd_containers,
    odd_pngs,
    see_through_files,
    wide_files,
)
from corpus.moving import moving_files
from corpus.names import HOSTILE, named
from corpus.turned import broken_blocks, turned_files

__all__ = ["HOSTILE", "Case", "Expected", "all_cases", "named"]

FAMILIES = (
    cut_files, flipped_pixels, bmps_with_wrong_headers, gifs_with_wrong_headers, pngs_with_wrong_streams,
    tiffs_with_wrong_tags, webps_with_wrong_headers, foreign_files, misnamed_files, bombs, jpegs_with_lost_data,
    odd_jpegs, refused_jpegs, jpegs_of_the_printing_trade, wide_files, narrow_files, see_through_files, odd_pngs,
    files_of_odd_sizes, odd_containers, moving_files, turned_files, broken_blocks,
)  # fmt: skip


@cache
def all_cases() -> tuple[Case, ...]:
    """Every file of the corpus, always the same bytes in the same order."""
    return tuple(chain.from_iterable(family() for family in FAMILIES))

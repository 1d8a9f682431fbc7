"""How an export compares with its bundle, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.cli.output import say
from regraft.core import plural

if TYPE_CHECKING:
    from regraft import Parity


def say_parity(parity: Parity) -> None:
    """Print how an export compares with its bundle."""
    scores, pixels = parity.scores, parity.pixels
    say(
        f"  same pixels   {plural(scores.n_images, 'image')}: probabilities differ by at most "
        f"{scores.largest_difference:.1e} (allowed 1e-4), {scores.n_changed} get another class"
        + (f", {scores.n_ties} of equal scores" if scores.n_ties else "")
        + f"; by place in a batch {scores.batch_difference:.1e}"
    )
    if pixels is not None:
        say(
            f"  any size      {plural(pixels.n_images, 'image')}: {pixels.share_equal:.3%} of the values are ours, the "
            f"others differ by {pixels.largest_difference} grey level; {pixels.n_changed} get another class"
        )
    say(f"  compared on   {parity.data}")

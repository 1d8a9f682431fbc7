"""How an export compares with its bundle, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.cli.output import say
from regraft.core import plural

if TYPE_CHECKING:
    from regraft import AnswerChange, Parity


def say_parity(parity: Parity) -> None:
    """Print how an export compares with its bundle."""
    scores, pixels = parity.scores, parity.pixels
    if parity.precision == "fp32":
        say(
            f"  same pixels   {plural(scores.n_images, 'image')}: probabilities differ by at most "
            f"{scores.largest_difference:.1e} (allowed 1e-4), {scores.n_changed} get another class"
            + (f", {scores.n_ties} of equal scores" if scores.n_ties else "")
            + f"; by place in a batch {scores.batch_difference:.1e}"
        )
    elif parity.answers is not None:
        say_change(parity.answers)
        if scores.novelty_difference is not None:
            of_all = f"of {plural(scores.n_images, 'image')}"
            say(f"  unknown       {scores.n_unknown_changed} {of_all} would be to one of the two only")
    if pixels is not None:
        say(
            f"  any size      {plural(pixels.n_images, 'image')}: {pixels.share_equal:.3%} of the values are ours, the "
            f"others differ by {plural(pixels.largest_difference, 'grey level')}; {pixels.n_changed} get another class"
        )
    _say_files(parity)
    say(f"  compared on   {parity.data}")


def say_change(answers: AnswerChange) -> None:
    """Print what becomes of answers in another precision."""
    say(
        f"  same pixels   {plural(answers.n_images, 'image')}: {answers.n_changed} get another class, probabilities "
        f"differ by up to {answers.largest_difference:.2g}"
    )
    if answers.n_sets_changed is not None:
        say(f"  sets          of {plural(answers.n_images, 'image')} {answers.n_sets_changed} name other classes")
    if answers.difference is not None:
        say(
            f"  accuracy      on {plural(answers.n_measured, 'image')} {answers.accuracy}, of the bundle in float32 "
            f"{answers.reference}: {answers.difference}"
        )


def _say_files(parity: Parity) -> None:
    files = parity.files
    if files is None:
        return
    say(
        f"  other decoder {plural(files.n_images, 'file')} by Pillow: {files.n_changed} get another class, "
        f"probabilities differ by up to {files.largest_difference:.1e}"
        + (f"; {files.n_unreadable} only Regraft can read" if files.n_unreadable else "")
    )

"""`regraft cache`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.cli.output import say
from regraft.cli.progress_bar import ProgressBar
from regraft.core import megabytes, plural
from regraft.recipes import CacheAction
from regraft.recipes import cache as use_cache

if TYPE_CHECKING:
    from regraft.recipes import CacheResult


def cache(action: CacheAction = "info", other: str | None = None, /) -> None:
    """Run `regraft cache` and print what came of it.

    Args:
        action: info counts, verify reads every byte and removes what is damaged, merge takes in what another store has,
            clear removes everything.
        other: The cache folder to be merged; it is not changed.
    """
    with ProgressBar() as progress:
        result = use_cache(action, other, progress=progress)
    verb = "Removed from" if action == "clear" else "In"
    say(f"{verb} {result.folder}:")
    looks = f"{plural(result.n_looks, 'look')} at images, " if result.n_looks else ""
    say(
        f"{plural(result.n_rows, 'image feature row')} computed in {plural(result.n_recipes, 'way')}, {looks}"
        f"{plural(result.n_shards, 'file')}, {megabytes(result.n_bytes)}"
    )
    if result.n_arrived and action != "clear":
        say(f"{plural(result.n_arrived, 'file')} of other processes there, adopted by whoever next finds rows missing.")
    if action == "verify":
        _say_verified(result)
    if action == "merge":
        _say_merged(result)


def _say_verified(result: CacheResult) -> None:
    if result.damaged:
        say(f"{plural(len(result.damaged), 'damaged file')} removed; their images are computed again when needed.")
    else:
        say("Every byte is as it was written.")
    if result.n_unlisted:
        say(f"{plural(result.n_unlisted, 'file')} missing in the index entered again.")


def _say_merged(result: CacheResult) -> None:
    say(f"{plural(result.n_merged, 'file')} taken in; {plural(result.n_known, 'row')} known already.")
    if result.damaged:
        say(f"{plural(len(result.damaged), 'damaged file')} passed over (first: {result.damaged[0]}).")

"""`regraft cache`."""

from __future__ import annotations

from regraft.cli.output import say
from regraft.core import megabytes, plural
from regraft.recipes import CacheAction
from regraft.recipes import cache as use_cache


def cache(action: CacheAction = "info", /) -> None:
    """Run `regraft cache` and print what came of it.

    Args:
        action: info counts, verify reads every byte and removes what is damaged, clear removes everything.
    """
    result = use_cache(action)
    verb = "Removed from" if action == "clear" else "In"
    say(f"{verb} {result.folder}:")
    looks = f"{plural(result.n_looks, 'look')} at images, " if result.n_looks else ""
    say(
        f"{plural(result.n_rows, 'image feature row')} computed in {plural(result.n_recipes, 'way')}, {looks}"
        f"{plural(result.n_shards, 'file')}, {megabytes(result.n_bytes)}"
    )
    if action == "verify":
        if result.damaged:
            say(f"{plural(len(result.damaged), 'damaged file')} removed; their images are computed again when needed.")
        else:
            say("Every byte is as it was written.")
        if result.n_unlisted:
            say(f"{plural(result.n_unlisted, 'file')} missing in the index entered again.")

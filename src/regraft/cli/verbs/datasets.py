"""`regraft datasets`."""

from __future__ import annotations

from regraft.cli.output import say
from regraft.recipes import list_datasets


def datasets() -> None:
    """List the data sets that are known by name."""
    for row in list_datasets():
        say(f"{row.name}: {row.title}")
        say(f"  {row.n_images:,} images, {row.n_classes:,} classes; licence: {row.licence}")
        say(f"  {row.citation}")
        say(f"  {row.source}")
        say(f"  to use it: {row.how}")
        say()

"""`regraft new`."""

from __future__ import annotations

from typing import Literal

from regraft.cli.output import say
from regraft.core import MissingExtraError, has_extra, shell_quoted
from regraft.recipes import new_model


def new(kind: Literal["model"], name: str, /) -> None:
    """Run `regraft new` and print what came of it.

    Args:
        kind: model: a network of your own.
        name: The file.
    """
    del kind
    path = new_model(name)
    say(f"Wrote {path}. Try it: python {shell_quoted(str(path))}")
    say(f"Train it: regraft pretrain PHOTOS --model {shell_quoted(f'{path}:network')}")
    if not has_extra("torch"):
        say(str(MissingExtraError("A network of your own", "torch")))

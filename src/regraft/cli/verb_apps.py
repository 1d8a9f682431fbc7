"""The parser of each verb, made when the verb is used: its module is imported then."""

from __future__ import annotations

import functools
import gc
import importlib
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from cyclopts import App, Parameter

from regraft.cli.headings import HEADINGS, arrange
from regraft.cli.output import open_console
from regraft.cli.verb_table import VERBS, summary_of

if TYPE_CHECKING:
    from cyclopts.argument import ArgumentCollection
    from cyclopts.config import Env
    from rich.console import Console

    from regraft.core import Options

PARSING = Parameter(consume_multiple=True, negative_iterable=())
"""How all options are read: one that takes several values takes all that follow it."""
_WIDTH = 76


class QuietApp(App):
    """A parser whose console is made when something is to be shown on it: rich takes a while to import."""

    @property  # type: ignore[misc]
    def console(self) -> Console:
        """Standard output."""
        return open_console()


class VerbApp(QuietApp):
    """The parser of a verb; its help page has the headings that the options' fields say."""

    def assemble_argument_collection(self, **settings: Any) -> ArgumentCollection:
        """All arguments, the options in the order of the help page."""
        found = super().assemble_argument_collection(**settings)
        arrange(found, self.models)
        return found

    @property
    def models(self) -> list[type[Options]]:
        """The options that the verb takes."""
        from regraft.core import Options  # what makes them is a third of the time of `regraft --help`

        hints = get_type_hints(self.default_command, include_extras=True).values()
        kinds = [(get_args(hint) or (hint,))[0] for hint in hints]
        return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Options)]


@functools.cache
def verb_app(name: str) -> VerbApp:
    """The parser of a verb."""
    verb = VERBS[name]
    app = VerbApp(
        name=name,
        help=summary_of(name),
        help_epilogue="\n".join(["Examples:", *map(_broken, verb.examples)]),
        help_format="plaintext",
        default_parameter=PARSING,
        group_arguments=HEADINGS["arguments"],
        config=_environment(verb.environment),
    )
    app.default(getattr(importlib.import_module(f"regraft.cli.verbs.{name}"), name))
    if not gc.isenabled():  # as `regraft.cli.main` has left it: what was imported is none
        gc.freeze()
        gc.enable()
    return app


def _environment(beginning: str | None) -> Env | None:
    """What gives options that the command line does not."""
    if beginning is None:
        return None
    from cyclopts.config import Env  # 7 ms

    return Env(beginning, command=False)


def __getattr__(name: str) -> App:
    if name not in VERBS:
        raise AttributeError(f"module 'regraft.cli.verb_apps' has no attribute {name!r}")
    return verb_app(name)


def _broken(example: str) -> str:
    """A command line, broken before an option where it is long, in such a way that it can be copied."""
    lines = [""]
    for part in example.replace(" --", "\n--").split("\n"):
        if lines[-1] and len(lines[-1]) + len(part) >= _WIDTH:
            lines.append(part)
        else:
            lines[-1] += f" {part}" if lines[-1] else part
    return " \\\n".join(f"{'  ' if place == 0 else '      '}{line}" for place, line in enumerate(lines))

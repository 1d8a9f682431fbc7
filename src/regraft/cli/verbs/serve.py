"""`regraft serve`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.headings import OUTPUT
from regraft.cli.output import say, say_table
from regraft.core import OptionError, require_extra
from regraft.serving import ServeOptions, check_served
from regraft.serving import serve as run_server

_DEFAULTS = ServeOptions()


def serve(
    *bundles: str,
    check: Annotated[bool, Parameter(negative=(), group=OUTPUT.group)] = False,
    options: Annotated[ServeOptions, Parameter(name="*")] = _DEFAULTS,
) -> None:
    """Run `regraft serve` until it is asked to end.

    Args:
        bundles: Bundles, runs, exports, folders of them, or NAME=PLACE.
        check: Verify everything that would be served, and end.
        options: See `ServeOptions`.

    Raises:
        OptionError: Nothing is named.
    """
    require_extra("serve", "The verb serve")
    if not bundles:
        raise OptionError("There is nothing to serve. Name runs, bundles, exports, or a folder of them.")
    if check:
        say_table(["classifier", "digest", "place"], [list(row) for row in check_served(bundles, options)])
        return
    run_server(bundles, options, lambda line: say(line, aside=True))

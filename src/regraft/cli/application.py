"""The command `regraft`: its verbs, and what happens to errors and interruptions.

A verb's module is imported when the verb is used, so that `regraft --help` answers at once.
"""

from __future__ import annotations

import errno
import signal
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from cyclopts import CycloptsError, Group

import regraft
from regraft.cli.arguments import prepare
from regraft.cli.output import say, say_once
from regraft.cli.streams import is_reader_gone, output_failure, prepare_streams
from regraft.cli.verb_apps import PARSING, QuietApp
from regraft.cli.verb_table import BEGINNINGS, VERBS, summary_of
from regraft.core import TOLD_ELSEWHERE, InterruptedRunError, OptionError, RegraftError, StoreError

if TYPE_CHECKING:
    from types import FrameType


def build_app() -> QuietApp:
    """The command line, with all verbs registered but none imported."""
    app = QuietApp(
        name="regraft",
        help="A folder of labelled images in, a measured classifier out.",
        help_epilogue="Begin with: regraft demo. Every verb explains itself: regraft probe --help. "
        "Add --debug to see where an error comes from.",
        version=lambda: regraft.__version__,
        help_format="plaintext",
        default_parameter=PARSING,
        group_commands=Group("Other", sort_key=len(VERBS)),
    )
    headings: dict[str, Group] = {}
    for place, (name, verb) in enumerate(VERBS.items()):
        heading = headings.setdefault(verb.group, Group(verb.group, sort_key=place))
        app.command(f"regraft.cli.verb_apps:{name}", name=name, help=summary_of(name), group=heading, sort_key=place)
    return app


def main() -> NoReturn:
    """Run the command line; the exit code tells the kind of error (`regraft.core.errors`)."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    signal.signal(signal.SIGTERM, _interrupt)
    prepare_streams()
    exit_code = run([argument for argument in arguments if argument != "--debug"], debug=debug)
    sys.exit(_checked_output(exit_code))


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.
        debug: Show tracebacks.

    Returns:
        The exit code.
    """
    arguments = prepare(arguments)
    try:
        _require_verb(arguments)
        build_app()(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - no traceback reaches a user
        if debug:
            say(traceback.format_exc(), aside=True)
        message, exit_code = _explained(error, arguments)
        if TOLD_ELSEWHERE not in getattr(error, "__notes__", ()):
            say_once(f"regraft: {message}")
        return exit_code
    return 0


def _require_verb(arguments: list[str]) -> None:
    if arguments and arguments[0] not in BEGINNINGS:
        from regraft.cli.usage_errors import require_verb

        require_verb(arguments)


def _checked_output(exit_code: int) -> int:
    """The exit code, after all that was printed has reached its reader, or has not."""
    failure = output_failure()
    if failure is None or is_reader_gone(failure):
        return exit_code
    reason = "it is closed" if failure.errno == errno.EBADF else failure.strerror
    say(
        f"regraft: Standard output cannot be written to ({reason}): some of what was printed is lost. What "
        "was finished is kept; run the command again with another place for its output to read it.",
        aside=True,
    )
    return exit_code or StoreError.exit_code


def _explained(error: BaseException, arguments: list[str]) -> tuple[str, int]:
    """A sentence for the user, and the exit code."""
    match error:
        case RegraftError():
            return str(error), error.exit_code
        case CycloptsError():
            from regraft.cli.usage_errors import explain_usage

            return explain_usage(error, arguments), OptionError.exit_code
        case KeyboardInterrupt():
            return "Stopped.", InterruptedRunError.exit_code
        case OSError():  # a full disk, a forbidden folder
            return f"A file cannot be read or written: {error}. What was finished is kept.", StoreError.exit_code
    return (
        f"Something went wrong that Regraft did not foresee ({type(error).__name__}: {error}). Run the command again "
        "with --debug and report what it prints.",
        RegraftError.exit_code,
    )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

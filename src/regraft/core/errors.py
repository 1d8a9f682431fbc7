"""The one tree of errors that a user can meet.

    RegraftError              1 / 500
    ├── OptionError           2 / 400   an option or argument makes no sense
    ├── DataError             3 / 422   the images, labels or splits
    ├── BackboneError         4 / 422   a network or its weights
    ├── StoreError            5 / 500   the feature store or another file of ours
    ├── HeadError             6 / 422   a linear head cannot be fitted or used
    ├── BundleError           7 / 422   a saved classifier is damaged, foreign or wrong
    ├── MissingExtraError     8 / 501   an extra is not installed
    ├── TrainingError         9 / 422   a training cannot go on
    ├── FetchError           10 / 502   something cannot be fetched from the web, or is not what was published
    ├── FoundError           11 / 409   an audit found what it was told to fail on
    ├── IncompleteError      12 / 422   some images could not be read; all others are answered
    ├── ExportError          13 / 422   an export does not answer like its bundle, or cannot be written
    ├── ClusterError         14 / 503   a cluster or its nodes cannot do the work
    └── InterruptedRunError 130 / 503   Ctrl-C or SIGTERM; what was finished is kept

The numbers are the exit code of the command line and the status of the HTTP service.
A message is a sentence to a person: what is wrong, the evidence (how many, the first case, where),
and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable


TOLD_ELSEWHERE = "The first process raised this, and tells it."
"""The note on an error in the other processes that train together: the command line tells it once."""


class RegraftError(Exception):
    """Base of every error that Regraft raises on purpose."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __reduce__(self) -> tuple[Callable[..., RegraftError], tuple[Any, ...]]:
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(kind: type[RegraftError], arguments: tuple[Any, ...], state: dict[str, Any]) -> RegraftError:
    """An error that comes from another process: what it was made of is not known, what it says is."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class OptionError(RegraftError):
    """An option or argument makes no sense, alone or with the others."""

    exit_code = 2
    http_status = 400


class DataError(RegraftError):
    """The images, labels, groups or splits cannot be used."""

    exit_code = 3
    http_status = 422


class BackboneError(RegraftError):
    """A network or its weights cannot be found, read or trusted."""

    exit_code = 4
    http_status = 422


class StoreError(RegraftError):
    """A file that Regraft keeps cannot be written or read."""

    exit_code = 5


class HeadError(RegraftError):
    """A head cannot be fitted to, or used on, these features."""

    exit_code = 6
    http_status = 422


class BundleError(RegraftError):
    """A saved classifier is damaged, hostile, too new, or does not give its golden scores."""

    exit_code = 7
    http_status = 422


class MissingExtraError(RegraftError):
    """An extra is missing (`core/extras.py`); the message holds the install line.

    Args:
        purpose: What needs it, to begin a sentence with.
        extra: Its name.
    """

    exit_code = 8
    http_status = 501

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(
            f"{purpose} needs the extra {extra}, which is not installed. "
            f"Install it with: pip install 'regraft[{extra}]'"
        )


class TrainingError(RegraftError):
    """A training cannot go on: its loss is no number, or the memory is full."""

    exit_code = 9
    http_status = 422


class FetchError(RegraftError):
    """A file of the web cannot be had, is refused, or is damaged."""

    exit_code = 10
    http_status = 502


class FoundError(RegraftError):
    """An audit found what it was told to fail on, or could not look for it. All else is said and written."""

    exit_code = 11
    http_status = 409


class IncompleteError(RegraftError):
    """Some images could not be read. All that is to be said of the others is said and written."""

    exit_code = 12
    http_status = 422


class ExportError(RegraftError):
    """An export does not give the answers of its bundle, or cannot be written."""

    exit_code = 13
    http_status = 422


class ClusterError(RegraftError):
    """A cluster cannot be reached, or its nodes cannot do the work."""

    exit_code = 14
    http_status = 503


class InterruptedRunError(RegraftError):
    """The user or the system stopped the run; finished work is kept."""

    exit_code = 130
    http_status = 503

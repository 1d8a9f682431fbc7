"""What clients of stores raise becomes the system's own errors, with a reason in words and the object's address."""

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regraft.core.errors import RegraftError
from regraft.core.remote.addresses import without_queries
from regraft.core.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADVICE = "look at the credentials that its client takes"
_NO_CREDENTIALS = ("NoCredentials", "PartialCredentials", "CredentialRetrieval", "SSOToken", "DefaultCredentials",
                   "TokenRetrieval", "ProfileNotFound", "RefreshError", "ClientAuthentication")  # fmt: skip
_REFUSED = re.compile(r"forbidden|access ?denied|invalidaccesskeyid|signaturedoesnotmatch|\b40[13]\b", re.IGNORECASE)
_CUT = re.compile(r"payload is not completed|IncompleteRead|ContentLengthError", re.IGNORECASE)
_OUT_OF_TIME = ("Timeout", "TimeoutError", "FSTimeoutError", "ServerTimeoutError")


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Ask a store within.

    Args:
        address: Of what it is asked for.

    Raises:
        FileNotFoundError: There is no such object.
        PermissionError: The credentials are missing or wrong, or do not suffice.
        TimeoutError: The store did not answer, however often it was asked.
        OSError: Anything else.
    """
    try:
        yield
    except (RegraftError, MemoryError):
        raise
    except Exception as error:  # each client has errors of its own
        raise _as_system_error(error, address) from error


def _as_system_error(error: Exception, address: str) -> OSError:
    name, said = type(error).__name__, without_queries(" ".join(str(error).split()))
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, "there is no such object", address)
    if any(word in name for word in _NO_CREDENTIALS):
        return PermissionError(errno.EACCES, f"no credentials that can be used ({shortened(said)}): {_ADVICE}", address)
    if isinstance(error, PermissionError) or _REFUSED.search(said):
        return PermissionError(errno.EACCES, f"the store refuses it ({shortened(said)}): {_ADVICE}", address)
    if isinstance(error, TimeoutError) or name.endswith(_OUT_OF_TIME):
        return TimeoutError(errno.ETIMEDOUT, "the store did not answer in time, however often it was asked", address)
    if isinstance(error, IsADirectoryError):
        return IsADirectoryError(errno.EISDIR, "it is a folder", address)
    is_cut = _CUT.search(said) is not None
    lost = "the connection was lost half-way, however often it was asked"
    return OSError(errno.EIO, lost if is_cut else f"the store does not give it ({shortened(said or name)})", address)

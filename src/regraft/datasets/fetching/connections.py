"""Questions to a publisher's server: https only, one host, with time-outs, and failures told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.client import HTTPException
from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from regraft.core import FetchError, duration, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage
    from urllib.request import BaseHandler

_TIMEOUT_SECONDS = 30.0
_N_CHUNK_BYTES = 1 << 16
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server that may be another one a little later."""


class DroppedError(Exception):
    """The connection or the server failed in a way that may pass: ask again."""


class NotConnectedError(DroppedError):
    """The server was not reached at all."""


class RangeRefusedError(Exception):
    """The server has nothing to go on with at this position."""


class _SameHostRedirects(HTTPRedirectHandler):
    """Follows a server to another page of its own, never elsewhere and never out of https."""

    max_redirections = 4

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (new.scheme, new.netloc) != ("https", old.netloc):
            fp.close()
            raise FetchError(
                f"{old.netloc} sends us elsewhere for {old.path}, to {shortened(newurl)}. Files are fetched from the "
                "publisher's own host only. Look at the data set's page (regraft datasets) and report this."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def secure_opener(*handlers: BaseHandler) -> OpenerDirector:
    """What opens addresses: the system's certificates and proxies, redirects within one host only.

    Args:
        *handlers: Replacements for urllib's own handlers.
    """
    opener = build_opener(_SameHostRedirects, *handlers)
    opener.addheaders = [("User-Agent", f"regraft/{version('regraft')}")]
    return opener


@dataclass(frozen=True)
class Web:
    """How the web is reached. Only tests reach it in another way.

    Attributes:
        opener: What opens addresses.
        waits: Seconds to wait before each further attempt after a failure that may pass.
    """

    opener: OpenerDirector = field(default_factory=secure_opener)
    waits: tuple[float, ...] = (1.0, 3.0, 9.0, 27.0)

    def ask(self, url: str, headers: Mapping[str, str]) -> Any:
        """Ask for a file.

        Returns:
            The answer (`http.client.HTTPResponse`), 200 or 206, with its body still to be read.

        Raises:
            DroppedError: It may work a little later.
            RangeRefusedError: The headers ask for a range that the server does not have.
            FetchError: It will not work.
        """
        where = urlsplit(url)
        if where.scheme != "https":
            raise FetchError(f"{shortened(url)} is not fetched: only https is.")
        request = Request(url, headers={"Accept-Encoding": "identity", **headers})  # noqa: S310 - https, see above
        try:
            return self.opener.open(request, timeout=_TIMEOUT_SECONDS)
        except HTTPError as error:
            error.close()
            raise _refusal(error, where, is_range="Range" in headers) from error
        except URLError as error:
            raise NotConnectedError(f"there is no connection to {where.netloc} ({_reason(error.reason)})") from error
        except TimeoutError as error:  # a host that swallows questions is not asked again and again
            raise NotConnectedError(f"{where.netloc} did not answer in {duration(_TIMEOUT_SECONDS)}") from error
        except (OSError, HTTPException) as error:
            raise DroppedError(f"{where.netloc} did not answer ({_reason(error)})") from error


def _refusal(error: HTTPError, where: SplitResult, *, is_range: bool) -> Exception:
    """What an answer that brings no file means for us."""
    if error.code == 416 and is_range:
        return RangeRefusedError()
    answer = f"{where.netloc} answers {error.code} {shortened(error.reason)}"
    if error.code in _MAY_PASS:
        return DroppedError(answer)
    return FetchError(
        f"{answer} for {where.path}: the publisher has moved or closed the file. Look at the data set's page "
        "(regraft datasets)."
    )


def read_piece(response: Any) -> bytes:
    """The next bytes of an answer; none at its end, whether or not all have come.

    Raises:
        DroppedError: The connection broke.
    """
    try:
        piece: bytes = response.read(_N_CHUNK_BYTES)
    except (OSError, HTTPException) as error:
        raise DroppedError(f"the connection broke ({_reason(error)})") from error
    return piece


def _reason(error: BaseException | str) -> str:
    """What the system says, without the numbers of the error."""
    return shortened(getattr(error, "strerror", None) or str(error) or type(error).__name__)

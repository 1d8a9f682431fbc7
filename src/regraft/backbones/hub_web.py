"""How the hub is asked: as its users reach it, with little patience, and a key for no other host."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, getproxies, proxy_bypass

from regraft.core import shortened
from regraft.datasets import NotConnectedError, RangeRefusedError, Web

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SECONDS_TO_ANSWER = 4.0
"""From the question to the first byte: looking the name up, connecting, being led on, waiting. With what is done
before and after it, an unreachable hub costs less than 5 seconds."""
_SECONDS_OF_SILENCE = 30.0
"""In the midst of a file."""


class HubRefusedError(Exception):
    """The hub was reached and gives no such file to us."""

    def __init__(self, code: int, answer: str) -> None:
        super().__init__(answer)
        self.code = code


class _Redirects(HTTPRedirectHandler):
    """Follows a hub to its stores of files; a key goes to no other host.

    Args:
        announced: Takes the digests that the hub names on the way.
    """

    def __init__(self, announced: list[str]) -> None:
        self._announced = announced

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self, req: Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        _note_digest(headers, self._announced)
        if new.scheme != "https" and (old.scheme == "https" or new.scheme != "http"):
            fp.close()
            raise URLError(f"it sends us on to {shortened(newurl)}, which is not https")
        led = super().redirect_request(req, fp, code, msg, headers, newurl)
        if led is not None and new.netloc == old.netloc and (key := req.unredirected_hdrs.get("Authorization")):
            led.add_unredirected_header("Authorization", key)
        return led


@dataclass(frozen=True)
class Hub(Web):
    """A hub, reached as its users reach it: proxies and certificates of the system, http only where they say so."""

    waits: tuple[float, ...] = (1.0, 3.0)
    key: str | None = None
    announced: list[str] = field(default_factory=list)
    """The digests (SHA-256) that it names for what it has been asked for."""

    def ask(self, url: str, headers: Mapping[str, str]) -> Any:
        """The answer, with its first byte there.

        Raises:
            RangeRefusedError: It has no such part of the file.
            HubRefusedError: It says no: nothing is there, or not for us.
            NotConnectedError: It cannot be reached, fails, or says nothing.
        """
        request = Request(url, headers={"Accept-Encoding": "identity", **headers})  # noqa: S310 - see fetch_weights
        if self.key is not None:
            request.add_unredirected_header("Authorization", f"Bearer {self.key}")
        where = urlsplit(url)
        try:
            return _answer_in_time(lambda: _opened(request, self.announced))
        except HTTPError as error:
            error.close()
            if error.code == 416 and "Range" in headers:
                raise RangeRefusedError from error
            answer = f"{where.netloc} answers {error.code} {shortened(str(error.reason))}"
            if error.code in {401, 403, 404, 410}:
                raise HubRefusedError(error.code, answer) from error
            raise NotConnectedError(answer) from error
        except TimeoutError as error:
            raise NotConnectedError(
                f"{way_to(where)} does not answer within {_SECONDS_TO_ANSWER:.0f} seconds"
            ) from error
        except Exception as error:  # urllib, http.client, ssl and the system each have their own
            reason = getattr(error, "reason", error)
            said = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
            raise NotConnectedError(f"{way_to(where)} cannot be reached ({shortened(said, 120)})") from error


def _opened(request: Request, announced: list[str]) -> Any:
    opener = build_opener(_Redirects(announced))
    opener.addheaders = [("User-Agent", f"regraft/{version('regraft')}")]
    response = opener.open(request, timeout=_SECONDS_OF_SILENCE)
    _note_digest(response.headers, announced)
    response.peek(1)
    return response


def _note_digest(headers: HTTPMessage, announced: list[str]) -> None:
    """The digest of a large file; that of a small one is not of its bytes alone, and has another length."""
    tag = headers.get("X-Linked-ETag", "").removeprefix("W/").strip('"').lower()
    if not announced and _SHA256.fullmatch(tag):
        announced.append(tag)


def _answer_in_time(ask: Any) -> Any:
    """What `ask` returns or raises, or TimeoutError: looking a name up knows no time-out of its own."""
    found: list[Any] = []
    failed: list[BaseException] = []
    is_late = threading.Event()

    def work() -> None:
        try:
            found.append(ask())
        except BaseException as error:  # noqa: BLE001 - it is raised where it was asked for
            failed.append(error)
        if is_late.is_set() and found:
            found[0].close()

    thread = threading.Thread(target=work, daemon=True, name="regraft-hub")
    thread.start()
    thread.join(_SECONDS_TO_ANSWER)
    if failed:
        raise failed[0]
    if not found:
        is_late.set()
        raise TimeoutError
    return found[0]


def way_to(where: SplitResult) -> str:
    """The host, and the proxy that the environment puts before it."""
    proxy = getproxies().get(where.scheme)
    if proxy is None or proxy_bypass(where.netloc):
        return where.netloc
    through = proxy.partition("//")[2] or proxy  # not parsed: it may be no address, and holds a password perhaps
    return f"{where.netloc} through the proxy {through.rpartition('@')[2].partition('/')[0]}"

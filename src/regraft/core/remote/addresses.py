"""Addresses of things in object stores, `s3://bucket/folder`, and how they are told from paths."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

from regraft.core.errors import OptionError
from regraft.core.text import quoted

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_FLATTENED = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
"""What a path object makes of an address."""
_PASSWORD = re.compile(r"[^/@]*:[^/@]*@")
_QUERY = re.compile(r"\?[^\s\"']+")
_LOCAL = frozenset({"file", "local", "asynclocal", "zip", "tar", "libarchive"})
_LEAD_ON = frozenset(
    {"reference", "dir", "generic", "data", "simplecache", "filecache", "blockcache", "cached", "dask"}
)
"""No stores: what they read is elsewhere, and a file may say where."""
_ON_THE_WEB = frozenset({"http", "https"})


def find_address(given: str | os.PathLike[str]) -> str | None:
    """The address that a text or a path object is; None for a path.

    A path object has lost one of the two slashes: it is an address where nothing on this machine is called so.
    """
    text = os.fspath(given)
    if (found := _ADDRESS.fullmatch(text)) is None and isinstance(given, PurePath) and not os.path.lexists(text):
        found = _FLATTENED.fullmatch(text)
    return None if found is None else f"{found[1].lower()}://{found[2]}"


def check_address(address: str, what: str) -> None:
    """See that an address can stand in reports, and is one of a store.

    Args:
        address: Of any store.
        what: What it names, as the beginning of a sentence.

    Raises:
        OptionError: It holds a secret, or is a path in disguise.
    """
    scheme, _, rest = address.partition("://")
    if _PASSWORD.match(rest) or (scheme in _ON_THE_WEB and "?" in rest):
        raise OptionError(
            f"{what} is an address with a password or a signature in it ({scheme}://...), which reports would show. "
            "Give it without, and the secret as the store's client takes it: its variables, its files, its login."
        )
    if not rest.strip("/") or "::" in rest or "\0" in rest or scheme in _LEAD_ON:
        raise OptionError(f"{what} is {quoted(address)}: an address is of a place in one store, and leads to no other.")
    if scheme in _LOCAL:
        raise OptionError(f"{what} is {quoted(address)}: for what is on this machine give the path itself.")


def is_on_the_web(address: str) -> bool:
    """Whether it is a page's: such a place holds files, and lists none that could be trusted."""
    return address.partition("://")[0] in _ON_THE_WEB


def without_queries(text: str) -> str:
    """A client's message without the ends of addresses, in which signatures stand."""
    return _QUERY.sub("?...", text)

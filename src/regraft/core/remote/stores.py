"""The clients of object stores: fsspec's file systems, one for each store."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from regraft.core.errors import MissingExtraError, OptionError
from regraft.core.extras import require_extra
from regraft.core.remote.failures import explained
from regraft.core.text import quoted

N_REQUESTS = 32
"""So many objects are asked for at once."""
_AMAZON = ("s3", "s3a")
_CLIENTS = {"gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs", "hf": "huggingface_hub"}
"""What is installed beside the extra `remote`, which brings that of S3."""
_SECONDS_TO_CONNECT, _SECONDS_TO_READ, _N_TRIES = 5, 15, 3
_S3 = {
    "max_concurrency": 1,  # more, and the size of each object is asked for before its content is
    "config_kwargs": {
        "connect_timeout": _SECONDS_TO_CONNECT,
        "read_timeout": _SECONDS_TO_READ,
        "max_pool_connections": N_REQUESTS,
        "retries": {"mode": "standard", "max_attempts": _N_TRIES},
    },
}
"""Its own way waits as long, but with ten connections. It asks again, later each time, after errors of the server and
lost connections; the clients of other stores do so as they come."""


def open_store(address: str) -> tuple[Any, str]:
    """The file system that an address leads to, and what is called so in it.

    Raises:
        MissingExtraError: fsspec is not installed.
        OptionError: Nobody knows such stores, or the client of this one is not installed.
        OSError: The client cannot be made.
    """
    scheme, _, rest = address.partition("://")
    store = _open(scheme, rest.partition("/")[0])
    return store, store._strip_protocol(address)  # noqa: SLF001 - the way that fsspec gives its file systems


@lru_cache(maxsize=64)
def _open(scheme: str, host: str) -> Any:
    if scheme in _AMAZON:
        require_extra("remote", f"Reading from {scheme}://")
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError(f"Reading from {scheme}://", "remote") from None
    address = f"{scheme}://{host}"
    try:
        fsspec.get_filesystem_class(scheme)
    except ValueError:
        raise OptionError(
            f"No store has addresses that begin with {quoted(f'{scheme}://')}. Known are s3://, gs://, az://, hf:// "
            "and what fsspec knows."
        ) from None
    except ImportError as error:
        package = _CLIENTS.get(scheme)
        advice = f"Install it with: pip install {package}" if package else f"{error}."
        raise OptionError(f"The client of {scheme}:// is not installed. {advice}") from error
    with explained(address):
        store, _key = fsspec.core.url_to_fs(address, **(_settings_of_amazon() if scheme in _AMAZON else {}))
    if hasattr(getattr(store, "dircache", None), "use_listings_cache"):
        store.dircache.use_listings_cache = False  # a listing of millions, kept for ever
    return store


def _settings_of_amazon() -> dict[str, Any]:
    """Dates stay texts: nobody asks for them, and to understand one costs a tenth of a request."""
    from aiobotocore.session import AioSession

    session = AioSession()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
    return {**_S3, "session": session}

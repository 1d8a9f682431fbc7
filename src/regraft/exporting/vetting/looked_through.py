"""What graphs take and give that were looked through before: a graph is parsed and checked once on a machine.

Remembered by the digest of all its bytes, in the cache, which is as much the user's own as Regraft's files are. Only
the newest are kept: what is forgotten is looked through again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

from regraft.core import atomic_path, cache_folder, digest_bytes, exact_json
from regraft.exporting.vetting.signatures import Port, Signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from regraft.exporting.vetting.signatures import Sizes

_FOLDER = "exports"
_N_BYTES_MAX = 256 << 20
"""Metadata may name a million classes. It bounds one graph's, and that of all."""
_N_KEPT_MAX = 256


def signature_of(content: bytes, sizes: Sizes, look: Callable[[], Signature]) -> Signature:
    """What a graph takes and gives.

    Args:
        content: Of its file, whole.
        sizes: For which it is foreseen what the graph needs.
        look: Looks it through, which refuses what may not be run.

    Raises:
        BundleError: As `look`.
        MissingExtraError: The same.
    """
    key = digest_bytes("\n".join((version("regraft"), sizes.purpose, digest_bytes(content))).encode())
    place = cache_folder() / _FOLDER / f"{key}.json"
    known = _read(place)
    if known is None:
        known = look()
        with suppress(OSError, TypeError, ValueError):  # it will be looked through again
            place.parent.mkdir(parents=True, exist_ok=True)
            with atomic_path(place) as aside:
                aside.write_text(exact_json(asdict(known)), encoding="utf-8")
            _forget_oldest(place.parent)
    return known


def _forget_oldest(folder: Path) -> None:
    """Remove what is too much of it, and what killed processes left half written there.

    Another process may remove the same, or write: what is being written is the newest, and what is gone all the same is
    written the next time.
    """
    found = []
    for file in folder.iterdir():
        with suppress(OSError):
            status = file.stat()
            found.append((status.st_mtime_ns, file, status.st_size))
    n_bytes = 0
    for n_newer, (_time, file, size) in enumerate(sorted(found, reverse=True)):
        n_bytes += size
        if n_newer >= _N_KEPT_MAX or n_bytes > _N_BYTES_MAX:
            with suppress(OSError):
                file.unlink()


def _read(place: Path) -> Signature | None:
    """What is remembered; None where nothing is, or it is damaged."""
    try:
        if place.stat().st_size > _N_BYTES_MAX:
            return None
        told = json.loads(place.read_bytes())
        return Signature(_ports(told["inputs"]), _ports(told["outputs"]), dict(told["metadata"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _ports(told: Mapping[str, Mapping[str, object]]) -> dict[str, Port]:
    return {name: Port(str(one["dtype"]), tuple(one["shape"])) for name, one in told.items()}  # type: ignore[arg-type]

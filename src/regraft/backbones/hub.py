"""Published weights from timm's hub or page, fetched by Regraft itself: one file, asked for once, with little patience.

The hub's own client is not used: it tries an unreachable host for most of a minute, prints what it thinks of it, asks
the hub for other things than the file, and keeps a cache of its own. That cache is looked into all the same.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from regraft.backbones.hub_web import Hub, HubRefusedError
from regraft.core import BackboneError, FetchError, is_writable, quoted, scratch_folder
from regraft.datasets import fetch_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from regraft.core import Progress

_N_BYTES_MAX = 1 << 36
_ENDPOINT = "https://huggingface.co"
_WITHOUT = (
    "Without a network, use --checkpoint FILE with weights for {architecture}, or a backbone that is available "
    "offline (efficientnet-lite0 needs no network; see: regraft backbones)."
)


@dataclass(frozen=True)
class WeightsFile:
    """A file of weights on this machine.

    Attributes:
        path: Where it lies.
        is_ours: Whether it was fetched here, and may be removed when it has been read.
        is_foreign_format: Whether only the network's own code can read it.
    """

    path: Path
    is_ours: bool
    is_foreign_format: bool


def fetch_weights(name: str, record: Mapping[str, Any], cache: Path, progress: Progress) -> WeightsFile:
    """A file of published weights: from the hub's cache on this machine, or from the web.

    Args:
        name: The backbone, for sentences.
        record: timm's record of it: `hf_hub_id`, `hf_hub_filename`, `url`, `custom_load`.
        cache: Where it is fetched to.
        progress: Where to report.

    Raises:
        BackboneError: It cannot be had.
        StoreError: The disk has no room for it.
    """
    is_foreign = bool(record.get("custom_load"))
    if (found := _cached(record)) is not None:
        return WeightsFile(found, is_ours=False, is_foreign_format=is_foreign)
    without = _WITHOUT.format(architecture=record.get("architecture", name))
    fact = f"The weights of {name} are not on this machine and could not be fetched"
    if _is_offline():
        raise BackboneError(f"{fact}: HF_HUB_OFFLINE forbids it. Unset it, or: {without}")
    if not (addresses := _addresses(record)):
        raise BackboneError(f"{fact}: timm knows no place of them. {without}")
    folder = (cache if is_writable(cache) else scratch_folder()) / "downloads"
    try:
        path = _fetch_first(addresses, folder, progress)
    except FetchError as error:
        if any(_target(url, folder, ".part").is_file() for url in addresses):  # it says how to go on with that
            raise BackboneError(f"The weights of {name} are not on this machine. {error} {without}") from error
        raise BackboneError(f"{fact}: {error.__cause__ or error}. {without}") from error
    except HubRefusedError as error:
        hint = "Set HF_TOKEN to a key that may read it. " if error.code in {401, 403} else ""
        raise BackboneError(f"{fact}: {error}. {hint}{without}") from error
    return WeightsFile(path, is_ours=True, is_foreign_format=is_foreign)


def _addresses(record: Mapping[str, Any]) -> list[str]:
    """Where the file may be, the best form first."""
    if (hub_id := record.get("hf_hub_id")) is None:
        url = record.get("url")
        url = url[0] if isinstance(url, (list, tuple)) else url
        return [url] if url else []
    repository, _, revision = str(hub_id).partition("@")
    endpoint = _endpoint()
    return [f"{endpoint}/{repository}/resolve/{revision or 'main'}/{file}" for file in _files(record)]


def _endpoint() -> str:
    """The hub: the user's, or the one that everybody knows.

    Raises:
        BackboneError: The user's is no address.
    """
    chosen = (os.environ.get("HF_ENDPOINT") or _ENDPOINT).strip().rstrip("/")
    try:
        parts = urlsplit(chosen)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if is_address and "@" not in parts.netloc:
        return chosen
    shown = "holds" if "@" in chosen else f"is {quoted(chosen)},"  # a password is not repeated
    raise BackboneError(
        f"The environment variable HF_ENDPOINT {shown} no address of a hub. Write it as https://HOST or "
        f"http://HOST:PORT, or unset it to use {_ENDPOINT}."
    )


def _files(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that the file may have on the hub, the best form first."""
    file = str(record.get("hf_hub_filename") or "pytorch_model.bin")
    safe = {
        "pytorch_model.bin": "model.safetensors",
        "open_clip_pytorch_model.bin": "open_clip_model.safetensors",
    }.get(file, file.removesuffix(".bin") + ".safetensors" if file.endswith(".bin") else file)
    return tuple(dict.fromkeys((safe, file)))


def _cached(record: Mapping[str, Any]) -> Path | None:
    from pathlib import Path

    if (hub_id := record.get("hf_hub_id")) is None:
        return None
    from huggingface_hub import try_to_load_from_cache

    repository, _, revision = str(hub_id).partition("@")
    for file in _files(record):
        found = try_to_load_from_cache(repository, file, revision=revision or None)
        if isinstance(found, str):
            return Path(found)
    return None


def _is_offline() -> bool:
    """Whether the user forbids to ask the hub, in the hub's own words."""
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


def _fetch_first(addresses: list[str], folder: Path, progress: Progress) -> Path:
    """Fetch the first file that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for url in addresses[:-1]:
        try:
            return _fetch(url, folder, progress)
        except HubRefusedError as error:
            if error.code not in {404, 410}:
                raise
    return _fetch(addresses[-1], folder, progress)


def _fetch(url: str, folder: Path, progress: Progress) -> Path:
    """Fetch a file; a key is looked for, and shown, only where the hub asks for one."""
    target, hub = _target(url, folder), Hub()
    try:
        fetch_file(url, target, n_bytes_max=_N_BYTES_MAX, progress=progress, web=hub)
    except HubRefusedError as error:
        if error.code not in {401, 403} or (key := _key()) is None:
            raise
        hub = Hub(key=key)
        fetch_file(url, target, n_bytes_max=_N_BYTES_MAX, progress=progress, web=hub)
    if hub.announced and (digest := _sha256(target)) != hub.announced[0]:
        target.unlink()
        raise FetchError(
            f"{urlsplit(url).netloc} announces a file with the SHA-256 {hub.announced[0][:16]}…, and what came has "
            f"{digest[:16]}…, so it was deleted (run the same command again to fetch it again)"
        )
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _target(url: str, folder: Path, ending: str = "") -> Path:
    return folder / f"{'-'.join(urlsplit(url).path.strip('/').split('/'))}{ending}"


def _key() -> str | None:
    """The user's key, from where the hub's own client has it; that client would renew it over the network."""
    from pathlib import Path

    from huggingface_hub import constants

    key = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")
    if not (key or "").strip():
        try:
            key = Path(constants.HF_TOKEN_PATH).read_text("utf-8")
        except (OSError, UnicodeError):
            return None
    key = "".join((key or "").split())
    return key if key.isascii() and key.isprintable() and key else None

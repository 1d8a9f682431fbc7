"""Seals: an export's file ends in a digest of all that is before it, so that no changed byte goes unnoticed.

A seal tells damage, not intent: whoever makes a hostile file can seal it. It is what is looked at first, and never all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import BundleError, digest_bytes

if TYPE_CHECKING:
    from pathlib import Path

_KEY = b"regraft_seal"
_N_DIGITS = 64
_ENTRY = b"\n" + bytes([len(_KEY)]) + _KEY + b"\x12" + bytes([_N_DIGITS])
Seal = tuple[bytes, bytes]
ONNX_SEAL: Seal = (b"r" + bytes([len(_ENTRY) + _N_DIGITS]) + _ENTRY, b"")
"""What stands before and behind the digest: in protobuf's own bytes, one more text of the model's metadata."""
XML_SEAL: Seal = (b"<!-- " + _KEY + b" ", b" -->\n")
"""The same as a comment."""


def sealed(content: bytes, seal: Seal, *beside: str) -> bytes:
    """A file's bytes with their seal behind them.

    Args:
        content: The bytes.
        seal: Of the format.
        *beside: Digests of files that belong to it.
    """
    before, behind = seal
    return content + before + _digest(content, beside) + behind


def read_sealed(path: Path, seal: Seal, n_bytes_max: int, *beside: str) -> bytes:
    """A file's bytes with their seal, as they were written.

    Args:
        path: The file.
        seal: Of the format.
        n_bytes_max: That it may have.
        *beside: Digests of files that belong to it.

    Raises:
        BundleError: It is no plain file, too large, changed, or has no seal.
        OSError: It cannot be read.
    """
    require_plain(path, n_bytes_max)
    n_sealing = sum(map(len, seal)) + _N_DIGITS
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - n_sealing, 0))
        last = file.read()
        if not (len(last) == n_sealing and last.startswith(seal[0]) and last.endswith(seal[1])):
            raise BundleError(
                f"{path} does not end as exports of Regraft do: it is damaged, cut off, was changed, or is none. "
                "Export the classifier again."
            )
        file.seek(0)
        content = file.read()
    require_sealed(content, seal, str(path), *beside)
    return content


def require_sealed(content: bytes, seal: Seal, place: str, *beside: str) -> None:
    """Refuse bytes that are not as they were written.

    Args:
        content: With the seal.
        seal: Of the format.
        place: Where they come from, for sentences.
        *beside: Digests of files that belong to it.

    Raises:
        BundleError: They have another digest.
    """
    before, behind = seal
    n_sealing = len(before) + _N_DIGITS + len(behind)
    if content[-n_sealing:] != before + _digest(memoryview(content)[:-n_sealing], beside) + behind:
        raise BundleError(
            f"{place} is damaged or was changed since it was written: it has another digest. "
            "Export the classifier again."
        )


def require_plain(path: Path, n_bytes_max: int) -> None:
    """Refuse to open what may not be a file, and what is too large to be an export's.

    Raises:
        BundleError: It is that.
    """
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"{path} is missing, or no plain file: it is not used.")
    if (n_bytes := path.stat().st_size) > n_bytes_max:
        raise BundleError(f"{path} is larger than an export's file can be ({n_bytes:,} bytes).")


def _digest(content: bytes | memoryview, beside: tuple[str, ...]) -> bytes:
    return digest_bytes("".join((digest_bytes(content), *beside)).encode()).encode()

"""The part of a file that has come so far, and what must be remembered to ask for the rest."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from pydantic import ValidationError

from regraft.core import Value, atomic_path, publish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})", re.ASCII)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


class PartialRecord(Value):
    """Which version of which file a part belongs to."""

    url: str
    etag: str | None
    last_modified: str | None
    n_bytes: int | None
    """Of the whole file, where the server said it."""

    @property
    def validator(self) -> str | None:
        """What proves to the server that we mean the same version (RFC 9110, `If-Range`); weak tags prove nothing."""
        if self.etag is not None and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class PartialFile:
    """`NAME.part` beside the file that it will be, and `NAME.part.json`.

    The record is written before the first byte, so a part never belongs to another version than its record says.

    Args:
        target: The file that it will be.
        url: Where it comes from.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.target = target
        self.url = url
        self._path = target.with_name(f"{target.name}.part")
        self._record_path = target.with_name(f"{target.name}.part.json")
        self._record = self._read_record()
        if self._record is None or self._record.validator is None or self.n_bytes > (self.n_total or self.n_bytes):
            self.clear()

    @property
    def n_bytes(self) -> int:
        """How much is there."""
        return self._path.stat().st_size if self._path.is_file() else 0

    @property
    def n_total(self) -> int | None:
        """How much the whole file has, as far as it is known."""
        return self._record.n_bytes if self._record else None

    @property
    def is_whole(self) -> bool:
        """All of it is there, as far as it is known."""
        return 0 < self.n_bytes == self.n_total

    def range_headers(self) -> dict[str, str]:
        """Headers that ask for the rest if the file is still the same, else for all of it."""
        if self.n_bytes == 0 or self._record is None or self._record.validator is None:
            return {}
        return {"Range": f"bytes={self.n_bytes}-", "If-Range": self._record.validator}

    def begin(self, headers: Mapping[str, str]) -> None:
        """Forget what is there; an answer with these headers begins the file."""
        self.clear()
        length = _LENGTH.fullmatch(headers.get("Content-Length", ""))
        self._record = PartialRecord(
            url=self.url,
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            n_bytes=int(length[0]) if length else None,
        )
        with atomic_path(self._record_path) as aside:
            aside.write_text(self._record.model_dump_json(), "utf-8")

    def is_continued_by(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer with these headers begins where the part ends, in the same version of the same file."""
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        record = self._record
        if found is None or record is None or self.n_bytes == 0:
            return False
        start, total = map(int, found.groups())
        return (
            start == self.n_bytes
            and total == (record.n_bytes or total)
            and headers.get("ETag", record.etag) == record.etag
            and headers.get("Last-Modified", record.last_modified) == record.last_modified
        )

    def open(self) -> IO[bytes]:
        """The file to append to."""
        return self._path.open("ab", buffering=0)

    def clear(self) -> None:
        """Forget all."""
        self._record = None
        self._path.unlink(missing_ok=True)
        self._record_path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Make it the file that it was to be."""
        publish(self._path, self.target)
        self._record_path.unlink(missing_ok=True)

    def _read_record(self) -> PartialRecord | None:
        try:
            record = PartialRecord.model_validate_json(self._record_path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return record if record.url == self.url else None

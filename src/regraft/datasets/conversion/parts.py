"""Shards (or some files of a folder) written one by one, each whole or not there, with a record beside them.

A record is made when its part is durable. A run that goes on takes a part over if it has a record and the digests of
its files are still those.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from regraft.core import Value, atomic_path, digest_bytes, digest_file
from regraft.data import Unreadable, UnreadableImageError, has_image_name
from regraft.datasets.writing import ShardRow, write_parquet, write_tar, write_tfrecord
from regraft.images import read_bytes, read_header, reencode_png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from regraft.datasets.conversion.options import TargetFormat
    from regraft.datasets.conversion.plan import Part, Plan

_KINDS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "BMP": "bmp", "PPM": "ppm", "WEBP": "webp", "TIFF": "tif"}
FOREIGN_KINDS = frozenset({"PPM", "WEBP", "TIFF"})
"""Formats that TensorFlow does not decode (tf.io.decode_image)."""


class WrittenFile(Value):
    """A file of a part: its path below the folder, its size in bytes and its digest."""

    path: str
    n_bytes: int
    blake3: str


class PartRecord(Value):
    """What was written of a part.

    Attributes:
        plan: The plan's digest.
        files: Its files.
        n_images: How many images they hold.
        unreadable: The images that were left out.
        foreign: How many are in formats that TensorFlow does not decode.
    """

    plan: str
    files: tuple[WrittenFile, ...]
    n_images: int
    unreadable: tuple[Unreadable, ...]
    foreign: dict[str, int]


class StoppedError(Exception):
    """Another part has failed, or the user has stopped the run."""


@dataclass(eq=False)
class PartWriter:
    """Writes the parts of a plan, from any number of threads.

    Attributes:
        plan: What to write.
        kind: Which format.
        as_png: Write what TensorFlow does not decode as PNG.
        folder: Where to.
        records: Where the parts' records are kept.
        stop: Set to have all threads give up.
    """

    plan: Plan
    kind: TargetFormat
    as_png: bool
    folder: Path
    records: Path
    stop: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _n_done: int = 0

    def take_done(self) -> int:
        """How many images were finished since it was asked last."""
        with self._lock:
            n_done, self._n_done = self._n_done, 0
        return n_done

    def finish(self, part: Part) -> PartRecord:
        """The record of a part, written now if an earlier run has not.

        Raises:
            OSError: The disk is full, or forbids writing.
            StoppedError: `stop` was set.
        """
        record_path = self.records / f"{part.name}.json"
        record = self._take_over(record_path)
        if record is not None:
            self._count(len(part.rows))
            return record
        record = self._write(part)
        with atomic_path(record_path) as aside:
            aside.write_text(record.exact_json(), "utf-8")
        return record

    def _take_over(self, path: Path) -> PartRecord | None:
        try:
            record = PartRecord.from_exact_json(path.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        if record.plan != self.plan.digest:
            return None
        for file in record.files:
            target = self.folder / file.path
            if not target.is_file() or target.stat().st_size != file.n_bytes or digest_file(target) != file.blake3:
                return None
        return record

    def _write(self, part: Part) -> PartRecord:
        unreadable: list[Unreadable] = []
        kinds: Counter[str] = Counter()
        files: list[WrittenFile] = []
        rows = self._rows(part, unreadable, kinds)
        if self.kind == "folder":
            files = [_write_file(self.folder, row) for row in rows]
        else:
            with atomic_path(self.folder / part.name) as aside:
                self._writer()(aside, rows)
                found = WrittenFile(path=part.name, n_bytes=aside.stat().st_size, blake3=digest_file(aside))
            files = [found]
        return PartRecord(
            plan=self.plan.digest,
            files=tuple(files),
            n_images=sum(kinds.values()),
            unreadable=tuple(unreadable),
            foreign={kind: n for kind, n in sorted(kinds.items()) if kind in FOREIGN_KINDS},
        )

    def _writer(self) -> Callable[[Path, Iterator[ShardRow]], None]:
        if self.kind == "parquet":
            return lambda path, rows: write_parquet(path, rows, self.plan.manifest.class_names)
        return write_tfrecord if self.kind == "tfrecord" else write_tar

    def _rows(self, part: Part, unreadable: list[Unreadable], kinds: Counter[str]) -> Iterator[ShardRow]:
        """The part's images, read one at a time; those without a readable header are left out."""
        manifest = self.plan.manifest.select(part.rows)
        names = [self.plan.names[row] for row in part.rows]
        for place, source in enumerate(manifest.files()):
            if self.stop.is_set():
                raise StoppedError
            self._count(1)
            try:
                content = read_bytes(source)
                header = read_header(content)
            except UnreadableImageError as error:
                unreadable.append(Unreadable(path=manifest.paths[place], reason=error.reason, detail=error.detail))
                continue
            kind, name = header.kind, names[place]
            if self.as_png and kind in FOREIGN_KINDS and (png := reencode_png(content)) is not None:
                content, kind, name = png, "PNG", f"{name}.png"
                header = read_header(png)
            kinds[kind] += 1
            label = int(manifest.labels[place])
            yield ShardRow(
                number=part.first + place,
                name=name,
                content=content,
                kind=_KINDS[kind],
                height=header.height,
                width=header.width,
                label=label,
                text=manifest.class_names[label] if label >= 0 else "",
                group=manifest.groups[place] or "",
            )

    def _count(self, n_images: int) -> None:
        with self._lock:
            self._n_done += n_images


def _write_file(folder: Path, row: ShardRow) -> WrittenFile:
    """An image as a file of its own; a name without an image's extension gets that of its format."""
    name = row.name if has_image_name(row.name) else f"{row.name}.{row.kind}"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(row.content)
    return WrittenFile(path=name, n_bytes=len(row.content), blake3=digest_bytes(row.content))

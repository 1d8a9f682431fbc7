"""The parts of a converted data set written, described and put together.

    FOLDER/flowers_train_00000-of-00005.tfrecord    or train-000000.tar, train-00000-of-00005.parquet, CLASS/image.jpg
    FOLDER/labels.txt                               number:name, beside shards
    FOLDER/CONVERSION.json                          what was written, with digests
    FOLDER/SOURCE.json                              licence and source, where the data set has one

The same images give the same bytes, however many threads write them.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import (
    DataError,
    OptionError,
    as_place,
    atomic_path,
    digest_bytes,
    digest_file,
    n_usable_cores,
    plural,
    require_space,
)
from regraft.data import CONVERSION_FILE, LABELS_FILE, Conversion, WrittenShard, read_conversion
from regraft.datasets.conversion.parts import PartWriter
from regraft.datasets.conversion.plan import make_plan
from regraft.datasets.provenance import SOURCE_FILE, digest_images
from regraft.datasets.staging import StagedFolder, resolve_folder
from regraft.datasets.writing import format_class_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.datasets.conversion.options import ConvertDatasetOptions
    from regraft.datasets.conversion.parts import PartRecord
    from regraft.datasets.conversion.plan import Plan

_SECONDS_BETWEEN_REPORTS = 0.2
_N_BYTES_MORE_AN_IMAGE = 2048
"""At most about so much is written beside an image's own bytes."""


@dataclass(frozen=True)
class Converted:
    """A data set in another format.

    Attributes:
        folder: Where it is, as the user named it.
        conversion: What its CONVERSION.json says.
        was_there: It had been converted before; nothing was done.
        records: What was written of each part; nothing where nothing was done.
        renamed: Classes whose names cannot be kept, with the names that they have now.
    """

    folder: Path
    conversion: Conversion
    was_there: bool
    records: tuple[PartRecord, ...]
    renamed: dict[str, str]


def convert(manifest: Manifest, source: str, options: ConvertDatasetOptions, progress: Progress) -> Converted:
    """Write a data set in another format, or recognise what was written.

    Args:
        manifest: The data set.
        source: Where it lies, or its name.
        options: How.
        progress: Where to report.

    Raises:
        OptionError: The folder to make holds something else, or an option does not fit the data set.
        DataError: There is nothing to convert, or what was converted earlier has been changed.
        StoreError: The disk is full or forbids writing, or another process converts to the same folder.
        InterruptedRunError: Ctrl-C; the shards that are finished are kept.
    """
    title = as_place(source).resolve().stem
    folder = options.out or Path(f"{title}-{options.to}")
    target = _outside(folder, as_place(source))
    work = _Work(make_plan(manifest, title, options, progress), source, options, progress)
    staged = StagedFolder(target, "converting", "--out", work.recognise, work.tell_kept, progress)
    with staged.explained():
        there = staged.recognise()
        conversion = there or staged.make(work.build)
    return Converted(folder, conversion, there is not None, tuple(work.records), work.plan.renamed)


def _outside(folder: Path, source: Path) -> Path:
    target, origin = resolve_folder(folder), resolve_folder(source)
    if origin.is_dir() and target.is_relative_to(origin):
        raise OptionError(f"{folder} lies in the data set itself. Name a folder outside of it, with --out.")
    return target


@dataclass(frozen=True)
class _Work:
    """What is to be written, whatever the place; and what was written of each part."""

    plan: Plan
    source: str
    options: ConvertDatasetOptions
    progress: Progress
    records: list[PartRecord] = field(default_factory=list)

    def recognise(self, folder: Path) -> Conversion | None:
        """What the folder says of itself, if it is what would be written."""
        found = read_conversion(folder)
        if found is None:
            return None
        if found.plan != self.plan.digest:
            raise OptionError(
                f"{folder} was converted from other images or with other options. Nothing was written: choose another "
                "place with --out."
            )
        self.progress.start("Comparing", max(1, len(found.shards)), unit="shards")
        if _digest_of(found, folder, self.progress) != found.blake3:
            raise DataError(
                f"{folder} has been changed since it was converted. Move it away and run the command again."
            )
        return found

    def tell_kept(self, _aside: Path) -> str:
        return f"The finished ones of {plural(len(self.plan.parts), 'shard')} are kept"

    def build(self, aside: Path) -> tuple[Path, Conversion]:
        """Write everything below a folder of its plan's name; parts that an earlier run has finished are kept."""
        whole, kept = aside / self.plan.digest[:16], aside / "records"
        for path in aside.iterdir():  # of a run with another plan
            if path.is_dir() and path not in (whole, kept):
                shutil.rmtree(path)
        whole.mkdir(exist_ok=True)
        for half in whole.glob(".*.tmp*"):  # by a run that died
            half.unlink()
        self._require_space(whole)
        writer = PartWriter(self.plan, self.options.to, self.options.reencode == "png", whole, kept)
        n_threads = self.options.threads or n_usable_cores()
        self.records.extend(_write_parts(self.plan, writer, n_threads, self.progress))
        conversion = self._describe()
        if not conversion.n_images:
            first = next(bad for record in self.records for bad in record.unreadable)
            raise DataError(
                f"None of {plural(len(self.plan.manifest), 'image')} could be read (first: {first.path}: "
                f"{first.reason}, {first.detail})."
            )
        self._complete(whole, conversion)
        return whole, conversion

    def _require_space(self, whole: Path) -> None:
        n_there = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
        n_bytes = self.plan.n_bytes + _N_BYTES_MORE_AN_IMAGE * len(self.plan.manifest) - n_there
        require_space(whole, max(n_bytes, 0), "The converted data set")

    def _describe(self) -> Conversion:
        plan, records, kind = self.plan, self.records, self.options.to
        files = [(file.path, file.blake3) for record in records for file in record.files]
        return Conversion(
            kind=kind,
            plan=plan.digest,
            source=self.source,
            n_images=sum(record.n_images for record in records),
            n_classes=int((plan.manifest.class_counts() > 0).sum()),
            n_left_out=len(plan.manifest.unreadable) + sum(len(record.unreadable) for record in records),
            shards=() if kind == "folder" else _written_shards(plan, records),
            blake3=_digest_rows(sorted(files) if kind == "folder" else files),
        )

    def _complete(self, whole: Path, conversion: Conversion) -> None:
        """The files beside shards or images."""
        if conversion.kind != "folder":
            with atomic_path(whole / LABELS_FILE) as aside:
                aside.write_text(format_class_list(self.plan.manifest.class_names), "utf-8", newline="\n")
        origin = as_place(self.source) / SOURCE_FILE
        if origin.is_file():
            with atomic_path(whole / SOURCE_FILE) as aside:
                shutil.copyfile(origin, aside)
        with atomic_path(whole / CONVERSION_FILE) as aside:
            aside.write_text(conversion.model_dump_json(indent=2) + "\n", "utf-8")


def _written_shards(plan: Plan, records: Sequence[PartRecord]) -> tuple[WrittenShard, ...]:
    return tuple(
        WrittenShard(name=part.name, split=part.split, n_images=record.n_images, n_bytes=n_bytes, blake3=digest)
        for part, record in zip(plan.parts, records, strict=True)
        for n_bytes, digest in [(record.files[0].n_bytes, record.files[0].blake3)]
    )


def _digest_of(found: Conversion, target: Path, progress: Progress) -> str | None:
    """The digest of what is there; None where a part of it is missing or has another size."""
    if found.kind == "folder":
        return digest_images(target, progress)[2]
    rows = []
    for shard in found.shards:
        path = target / shard.name
        if not path.is_file() or path.stat().st_size != shard.n_bytes:
            return None
        rows.append((shard.name, digest_file(path)))
        progress.advance()
    return _digest_rows(rows)


def _digest_rows(rows: Sequence[tuple[str, str]]) -> str:
    """One digest of all paths and digests."""
    return digest_bytes(json.dumps(rows).encode())


def _write_parts(plan: Plan, writer: PartWriter, n_threads: int, progress: Progress) -> list[PartRecord]:
    progress.start("Writing", len(plan.manifest))
    with ThreadPoolExecutor(n_threads, thread_name_prefix="convert") as pool:
        tasks = [pool.submit(writer.finish, part) for part in plan.parts]
        try:
            while True:
                done, rest = wait(tasks, timeout=_SECONDS_BETWEEN_REPORTS)
                progress.advance(writer.take_done())
                records = [task.result() for task in tasks if task in done]  # the first failure ends all
                if not rest:
                    return records
        except BaseException:
            writer.stop.set()  # also Ctrl-C ends the threads
            pool.shutdown(cancel_futures=True)
            raise

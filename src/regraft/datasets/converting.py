"""`regraft datasets convert`: a data set in another format, the images' bytes as they are.

    FOLDER/flowers_train_00000-of-00005.tfrecord    or train-000000.tar, train-00000-of-00005.parquet, CLASS/image.jpg
    FOLDER/labels.txt                               number:name, beside shards
    FOLDER/CONVERSION.json                          what was written, with digests
    FOLDER/SOURCE.json                              licence and source, where the data set has one

Until it is whole, everything lies in `.FOLDER.converting` beside it: a run that was stopped in whatever way goes on
from there, and FOLDER appears by one rename. The same images give the same bytes, however many threads write them.
"""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import (
    DataError,
    InterruptedRunError,
    OptionError,
    SilentProgress,
    StoreError,
    as_source,
    atomic_path,
    digest_bytes,
    digest_file,
    exclusive,
    n_usable_cores,
    plural,
    quoted,
    require_space,
    shell_quoted,
    shortened,
    sync_folder,
)
from regraft.data import (
    CONVERSION_FILE,
    LABELS_FILE,
    Conversion,
    WrittenShard,
    format_class_list,
    left_out,
    read_conversion,
)
from regraft.datasets.conversion_options import ConvertDatasetOptions, ConvertDatasetResult
from regraft.datasets.conversion_parts import PartRecord, PartWriter, StoppedError
from regraft.datasets.conversion_plan import Plan, make_plan
from regraft.datasets.fetching.provenance import SOURCE_FILE, digest_images
from regraft.datasets.named import read_dataset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Progress

_N_TOLD = 100
_SECONDS_BETWEEN_REPORTS = 0.2
_N_BYTES_MORE_AN_IMAGE = 2048
"""At most about so much is written beside an image's own bytes."""


def convert_dataset(
    source: str | Path,
    options: ConvertDatasetOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> ConvertDatasetResult:
    """Write a data set in another format; go on where an earlier run was stopped.

    File names, bytes, labels, splits and groups are kept: converted back, the data set is the same. Images whose header
    cannot be read are left out and reported; other damage is kept as it is.

    Args:
        source: Any data set: a folder, shards, a table or a name.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ConvertDatasetOptions`).

    Raises:
        OptionError: The folder to make holds something else, or an option does not fit the data set.
        DataError: There is nothing to convert, or what was converted earlier has been changed.
        StoreError: The disk is full or forbids writing, or another process converts to the same folder.
        InterruptedRunError: Ctrl-C; the shards that are finished are kept.
    """
    source = as_source(source)
    options = ConvertDatasetOptions.of(options, settings)
    progress = progress or SilentProgress()
    manifest = read_dataset(source, options.reading())
    title = Path(source).resolve().stem
    folder = options.out or Path(f"{title}-{options.to}")
    target = _absolute(folder, Path(source))
    plan = make_plan(manifest, title, options, progress)
    staging = target.parent / f".{target.name}.converting"
    records: list[PartRecord] = []
    try:
        conversion = _recognise(plan, target, progress)
        was_there = conversion is not None
        if conversion is None:
            records, conversion = _make(plan, options, (source, target, staging), progress)
        shutil.rmtree(staging, ignore_errors=True)  # also that of a run that died after the last step
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder} cannot be written or read ({error.strerror or error}). Free some space, or "
            "choose another place with --out. What is finished is kept: the same command goes on."
        ) from error
    unreadable = [*manifest.named(manifest.unreadable), *(bad for record in records for bad in record.unreadable)]
    return ConvertDatasetResult(
        folder=folder,
        conversion=conversion,
        unreadable=tuple(unreadable[:_N_TOLD]),
        notes=_notes(plan, options, records),
        findings=(*left_out(unreadable), *manifest.remarks),
        was_there=was_there,
        command=f"regraft probe {shell_quoted(str(folder))}",
    )


def _absolute(folder: Path, source: Path) -> Path:
    try:
        target, origin = folder.resolve(), source.resolve()
    except (OSError, RuntimeError) as error:  # forbidden, links in a circle
        raise OptionError(f"The folder {shortened(str(folder))} cannot be found ({error}).") from error
    if origin.is_dir() and target.is_relative_to(origin):
        raise OptionError(f"{folder} lies in the data set itself. Name a folder outside of it, with --out.")
    return target


def _recognise(plan: Plan, target: Path, progress: Progress) -> Conversion | None:
    """The result that is there already; None where it can be made.

    Raises:
        OptionError: The place is taken by something else.
        DataError: The result is there, but has been changed.
    """
    if not target.exists():
        return None
    if not target.is_dir():
        raise OptionError(f"{target} is a file. Name a folder to make, with --out.")
    found = read_conversion(target)
    if found is None or found.plan != plan.digest:
        if (first := next(target.iterdir(), None)) is None:
            return None
        raise OptionError(
            f"{target} holds something else already (first: {quoted(first.name)}), or was converted from other "
            "images or with other options. Nothing was written: choose another place with --out."
        )
    progress.start("Comparing", max(1, len(found.shards)), unit="shards")
    is_same = _digest_of(found, target, progress) == found.blake3
    if not is_same:
        raise DataError(f"{target} has been changed since it was converted. Move it away and run the command again.")
    return found


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
    return digest_bytes(json.dumps(rows).encode())


def _make(
    plan: Plan, options: ConvertDatasetOptions, places: tuple[str, Path, Path], progress: Progress
) -> tuple[list[PartRecord], Conversion]:
    """Write everything beside, then rename; one process at a time."""
    source, target, staging = places
    with exclusive(staging / "lock.sqlite", timeout_seconds=2):
        there = _recognise(plan, target, progress)  # another process may have been faster
        if there is not None:
            return [], there
        whole, kept = staging / plan.digest[:16], staging / "records"
        _prepare(plan, staging, whole)
        writer = PartWriter(plan, options.to, options.reencode == "png", whole, kept)
        records = _write_parts(plan, writer, options.threads or n_usable_cores(), progress)
        conversion = _describe(plan, options, records, source)
        if not conversion.n_images:
            first = next(bad for record in records for bad in record.unreadable)
            raise DataError(
                f"None of {plural(len(plan.manifest), 'image')} could be read (first: {first.path}: {first.reason}, "
                f"{first.detail})."
            )
        _complete(whole, plan, conversion, Path(source))
        _reveal(whole, target)
    return records, conversion


def _prepare(plan: Plan, staging: Path, whole: Path) -> None:
    """Remove what an earlier run with another plan has left, and make room."""
    for path in staging.iterdir():
        if path.is_dir() and path not in (whole, staging / "records"):
            shutil.rmtree(path)
    whole.mkdir(exist_ok=True)
    for aside in whole.glob(".*.tmp*"):  # half-written, by a run that died
        aside.unlink()
    n_there = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    n_bytes = plan.n_bytes + _N_BYTES_MORE_AN_IMAGE * len(plan.manifest) - n_there
    require_space(whole, max(n_bytes, 0), "The converted data set")


def _write_parts(plan: Plan, writer: PartWriter, n_threads: int, progress: Progress) -> list[PartRecord]:
    progress.start("Writing", len(plan.manifest))
    with ThreadPoolExecutor(n_threads, thread_name_prefix="convert") as pool:
        tasks = [pool.submit(writer.finish, part) for part in plan.parts]
        try:
            while True:
                done, rest = wait(tasks, timeout=_SECONDS_BETWEEN_REPORTS)
                progress.advance(writer.take_done())
                for task in done:
                    task.result()  # the first failure ends all
                if not rest:
                    return [task.result() for task in tasks]
        except BaseException as error:  # noqa: BLE001 - also Ctrl-C ends the threads
            writer.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            if isinstance(error, KeyboardInterrupt):
                raise InterruptedRunError(
                    f"Stopped. The finished ones of {plural(len(plan.parts), 'shard')} are kept: run the same command "
                    "again to go on."
                ) from None
            failures = [task.exception() for task in tasks if task.done() and not task.cancelled()]
            raise next((one for one in failures if one and not isinstance(one, StoppedError)), error) from None


def _describe(plan: Plan, options: ConvertDatasetOptions, records: Sequence[PartRecord], source: str) -> Conversion:
    files = [(file.path, file.blake3) for record in records for file in record.files]
    shards = [
        WrittenShard(
            name=part.name,
            split=part.split,
            n_images=record.n_images,
            n_bytes=record.files[0].n_bytes,
            blake3=record.files[0].blake3,
        )
        for part, record in zip(plan.parts, records, strict=True)
        if options.to != "folder"
    ]
    n_left_out = len(plan.manifest.unreadable) + sum(len(record.unreadable) for record in records)
    rows = sorted(files) if options.to == "folder" else files
    return Conversion(
        kind=options.to,
        plan=plan.digest,
        source=source,
        n_images=sum(record.n_images for record in records),
        n_classes=int((plan.manifest.class_counts() > 0).sum()),
        n_left_out=n_left_out,
        shards=tuple(shards),
        blake3=digest_bytes(json.dumps(rows).encode()),
    )


def _complete(whole: Path, plan: Plan, conversion: Conversion, source: Path) -> None:
    """The files beside shards or images."""
    if conversion.kind != "folder":
        with atomic_path(whole / LABELS_FILE) as aside:
            aside.write_text(format_class_list(plan.manifest.class_names), "utf-8", newline="\n")
    origin = source / SOURCE_FILE
    if origin.is_file():
        with atomic_path(whole / SOURCE_FILE) as aside:
            shutil.copyfile(origin, aside)
    with atomic_path(whole / CONVERSION_FILE) as aside:
        aside.write_text(conversion.model_dump_json(indent=2) + "\n", "utf-8")


def _reveal(whole: Path, target: Path) -> None:
    if hasattr(os, "sync"):
        os.sync()  # a folder's images were not made durable one by one
    if target.is_dir():
        target.rmdir()  # it is empty
    whole.rename(target)
    sync_folder(target.parent)


def _notes(plan: Plan, options: ConvertDatasetOptions, records: Sequence[PartRecord]) -> tuple[str, ...]:
    notes = []
    n_foreign = sum(sum(record.foreign.values()) for record in records)
    if n_foreign and options.to == "tfrecord":
        kinds = ", ".join(sorted({kind.lower() for record in records for kind in record.foreign}))
        advice = "a PNG cannot hold the same pixels" if options.reencode == "png" else "--reencode png makes them PNG"
        notes.append(f"{plural(n_foreign, 'image')} ({kinds}) cannot be decoded by TensorFlow: {advice}.")
    for name, folder in list(plan.renamed.items())[:5]:
        notes.append(f"The class {quoted(name)} is called {quoted(folder)}: its name cannot be a folder's.")
    return tuple(notes)

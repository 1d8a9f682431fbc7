"""A published data set, from its publisher to a folder that every verb reads.

    FOLDER/train/00000/01153_00000.ppm
    FOLDER/test/00000/00017_00000.ppm
    FOLDER/SOURCE.json                  licence, citation, addresses, dates, digests

Files that the user brings (`archives`) are used where they lie. A digest that the catalogue does not know is computed,
told and kept in SOURCE.json. That proves later that nothing has changed since; that the files are the publisher's is
proved by https alone.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, as_typed, megabytes, plural, require_space
from regraft.datasets.fetching import find_brought, gather_archives
from regraft.datasets.provenance import Provenance, digest_images, read_provenance, write_provenance
from regraft.datasets.staging import StagedFolder, resolve_folder
from regraft.datasets.unpacking import COCO_CATEGORIES, Foreground, unpack_dataset

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.datasets.catalog import Dataset
    from regraft.datasets.fetching import Web
    from regraft.datasets.getting.options import GetDatasetOptions


def obtain(row: Dataset, options: GetDatasetOptions, progress: Progress, web: Web) -> tuple[Provenance, bool]:
    """Make a published data set's folder, or recognise it.

    Args:
        row: Of any catalogue.
        options: How.
        progress: Where to report.
        web: How the web is reached.

    Returns:
        Where it comes from, and whether it was there before.

    Raises:
        OptionError: The folder holds something else, or an option is not for this data set.
        DataError: What was fetched earlier has been changed.
        FetchError: It cannot be had, or what came or was brought is damaged or not what was published.
        StoreError: The disk is full or forbids writing, or another process fetches to the same folder.
        InterruptedRunError: Ctrl-C; what was fetched is kept.
    """
    order = _Order(row, _foreground(row, options), progress, web)
    target = resolve_folder(options.folder or Path(row.name))
    staged = StagedFolder(target, "getting", "--folder", order.recognise, order.tell_kept, progress)
    with staged.explained():
        if there := staged.recognise():
            provenance = there
        else:
            brought = find_brought(row, options.archives and resolve_folder(options.archives))
            provenance = staged.make(lambda aside: order.build(aside, brought))
    return provenance, there is not None


def _foreground(row: Dataset, options: GetDatasetOptions) -> Foreground | None:
    if row.layout == "wake-words":
        return Foreground(category=COCO_CATEGORIES[options.foreground_class], area=options.small_object_area)
    if given := sorted(options.model_fields_set & {"foreground_class", "small_object_area"}):
        raise OptionError(f"{as_typed(given[0])} is for visualwakewords, not for {row.name}.")
    return None


@dataclass(frozen=True)
class _Order:
    """What is to be made, whatever the place."""

    row: Dataset
    foreground: Foreground | None
    progress: Progress
    web: Web

    @property
    def settings(self) -> dict[str, str | float]:
        return {} if self.foreground is None else self.foreground.model_dump()

    def build(self, aside: Path, brought: dict[str, Path]) -> tuple[Path, Provenance]:
        """Fetch and unpack all of it to `aside/whole`."""
        row, whole = self.row, aside / "whole"
        self.progress.say(f"{row.title}. Licence: {row.licence}. Please cite: {row.citation}. Source: {row.source}")
        if whole.exists():  # half-made, by a run that died
            shutil.rmtree(whole)
        n_bytes = _n_bytes_needed(row, brought) - self._n_bytes_fetched(aside)
        require_space(aside, n_bytes, f"Fetching and unpacking {row.name}")
        sources = gather_archives(row, brought, aside, progress=self.progress, web=self.web)
        whole.mkdir()
        foreground = self.foreground or Foreground()
        class_words = unpack_dataset(row, sources, whole, foreground=foreground, progress=self.progress)
        n_images, n_classes, digest = digest_images(whole, self.progress)
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
            settings=self.settings,
            class_words=class_words,
        )
        write_provenance(whole, provenance)
        return whole, provenance

    def tell_kept(self, aside: Path) -> str:
        return f"{megabytes(self._n_bytes_fetched(aside))} are kept in {aside}"

    def _n_bytes_fetched(self, aside: Path) -> int:
        """Of archives and their parts."""
        names = [archive.file_name + suffix for archive in self.row.archives for suffix in ("", ".part")]
        return sum(path.stat().st_size for path in map(aside.joinpath, names) if path.is_file())

    def recognise(self, folder: Path) -> Provenance | None:
        """What the folder says of itself, if it is this data set as it was published."""
        provenance = read_provenance(folder)
        if provenance is None:
            return None
        if provenance.name != self.row.name or provenance.settings != self.settings:
            chosen = "".join(f", {name} {value}" for name, value in provenance.settings.items())
            raise OptionError(
                f"{folder} holds the data set {provenance.name}{chosen}. Choose another place with --folder."
            )
        known = {archive.url: archive.sha256 for archive in self.row.archives if archive.sha256 is not None}
        n_images, n_classes, digest = digest_images(folder, self.progress)
        is_same = digest == provenance.blake3
        if not is_same or any(known.get(file.url, file.sha256) != file.sha256 for file in provenance.archives):
            raise DataError(
                f"{folder} is not {self.row.name} as it was published: {plural(n_images, 'image')} in "
                f"{plural(n_classes, 'class', 'classes')} are there, {provenance.n_images:,} in "
                f"{provenance.n_classes:,} were fetched{'' if is_same else ', and their contents differ'}. Move the "
                "folder away and run the same command again."
            )
        return provenance


def _n_bytes_needed(row: Dataset, brought: dict[str, Path]) -> int:
    """Room for what is fetched and for all images; those of a folder that was brought are linked."""
    fetched = [archive for archive in row.archives if archive.file_name not in brought]
    packed = [archive for archive in row.archives if not brought.get(archive.file_name, Path("a file")).is_dir()]
    return sum(archive.n_bytes_about for archive in fetched) + sum(archive.n_unpacked_bytes for archive in packed)

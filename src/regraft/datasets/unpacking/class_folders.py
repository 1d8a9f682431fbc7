"""How the files of a data set become class folders: one function for each layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import FetchError, hash_key, plural
from regraft.datasets.unpacking.cifar import unpack_cifar10
from regraft.datasets.unpacking.containers import unpack_images
from regraft.datasets.unpacking.idx import read_idx_labels, write_idx_images
from regraft.datasets.unpacking.imagenet import place_training, place_validation, read_validation_labels, read_words
from regraft.datasets.unpacking.members import place_by_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from regraft.core import Progress
    from regraft.datasets.catalog.published import Dataset, Layout
    from regraft.datasets.fetching.archives import Source
    from regraft.datasets.unpacking.coco import Foreground
    from regraft.datasets.unpacking.members import Place

_SEED = 0


@dataclass(frozen=True)
class _Work:
    row: Dataset
    sources: Mapping[str, Source]
    folder: Path
    foreground: Foreground
    progress: Progress

    def unpack(self, source: Source, place: Place, *, is_nested: bool = False) -> int:
        with source.blamed():
            return unpack_images(
                source.path,
                self.folder,
                place=place,
                n_bytes_max=source.archive.n_unpacked_bytes_max,
                progress=self.progress,
                is_nested=is_nested,
            )


def unpack_dataset(
    row: Dataset, sources: Mapping[str, Source], folder: Path, *, foreground: Foreground, progress: Progress
) -> dict[str, str]:
    """Write the images of a data set to `folder/SPLIT/CLASS/NAME`.

    Args:
        row: What it is.
        sources: Its archives by their names, verified.
        folder: Where the split folders will be made.
        foreground: What visual wake words ask for.
        progress: Where to report.

    Returns:
        Words for each class folder; nothing where the folders' names are words.

    Raises:
        FetchError: An archive is damaged or hostile, or not what was expected. What is in `folder` then is of no use.
        StoreError: The disk has no room for the images.
        OSError: They cannot be written.
    """
    return _LAYOUTS[row.layout](_Work(row, sources, folder, foreground, progress))


def _unpack_class_folders(work: _Work) -> dict[str, str]:
    for archive in work.row.archives:
        place = place_by_pattern(archive.images or "", archive.split, archive.texts)
        work.unpack(work.sources[archive.file_name], place)
    if work.row.n_held_out:
        _hold_out(work.folder, work.row.n_held_out)
    return {}


def _hold_out(folder: Path, n_images: int) -> None:
    """Move images from `train` to `val`, chosen by hashes of their names: the same ones everywhere."""
    names = [path.relative_to(folder / "train").as_posix() for path in (folder / "train").glob("*/*")]
    for name in sorted(names, key=lambda name: hash_key(_SEED, name))[:n_images]:
        target = folder / "val" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "train" / name).rename(target)


def _unpack_idx(work: _Work) -> dict[str, str]:
    """A file of images is followed by that of its labels."""
    archives = work.row.archives
    for of_images, of_labels in zip(archives[::2], archives[1::2], strict=True):
        images, labels = work.sources[of_images.file_name], work.sources[of_labels.file_name]
        with labels.blamed():
            found = read_idx_labels(labels.path, n_classes=work.row.n_classes)
        with images.blamed():
            write_idx_images(images.path, found, work.folder / str(of_images.split), progress=work.progress)
    return {}


def _unpack_cifar10(work: _Work) -> dict[str, str]:
    (source,) = work.sources.values()
    with source.blamed():
        n_bytes_max = source.archive.n_unpacked_bytes_max
        unpack_cifar10(source.path, work.folder, n_bytes_max=n_bytes_max, progress=work.progress)
    return {}


def _unpack_imagenet(work: _Work) -> dict[str, str]:
    training, validation, labels, metadata = (work.sources.get(archive.file_name) for archive in work.row.archives)
    assert training is not None
    assert validation is not None
    assert labels is not None
    with labels.blamed():
        synsets = read_validation_labels(labels.path)
    words = {}
    if metadata is not None:
        with metadata.blamed():
            words = read_words(metadata.path)
    n_images = work.unpack(validation, place_validation(synsets, labels.path.name))
    if n_images != len(synsets):
        raise FetchError(
            f"{validation.path.name} has {plural(n_images, 'image')}, and {labels.path.name} has {len(synsets):,} "
            "labels: they do not belong together."
        )
    work.unpack(training, place_training, is_nested=True)
    classes = sorted({path.name for path in work.folder.glob("*/*")})
    return {name: words[name] for name in classes if name in words}


def _unpack_wake_words(work: _Work) -> dict[str, str]:
    from regraft.datasets.unpacking.coco_annotations import label_photos, read_annotations  # loads msgspec

    annotations, *photos = (work.sources[archive.file_name] for archive in work.row.archives)
    for source in photos:
        split, stem = source.archive.split, source.archive.file_name.removesuffix(".zip")
        name = f"instances_{stem}.json"
        work.progress.say(f"Reading {name}.")
        with annotations.blamed():
            n_bytes_max = annotations.archive.n_unpacked_bytes_max
            labels = label_photos(read_annotations(annotations.path, name, n_bytes_max), name, work.foreground)
        n_photos = work.unpack(source, _place_photos(labels, f"{split}", f"{stem}/"))
        if n_photos != len(labels):
            raise FetchError(
                f"{source.path.name} has {n_photos:,} of the {len(labels):,} photos that {name} knows: they do not "
                "belong together."
            )
    return {}


def _place_photos(labels: Mapping[str, str], split: str, prefix: str) -> Place:
    def place(name: str) -> str | None:
        photo = name.removeprefix(prefix)
        return f"{split}/{labels[photo]}/{photo}" if photo in labels else None

    return place


_LAYOUTS: dict[Layout, Callable[[_Work], dict[str, str]]] = {
    "class-folders": _unpack_class_folders,
    "idx": _unpack_idx,
    "cifar10": _unpack_cifar10,
    "imagenet": _unpack_imagenet,
    "wake-words": _unpack_wake_words,
}

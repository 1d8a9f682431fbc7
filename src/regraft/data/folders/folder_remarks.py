"""What the reading of a folder noticed: what it left out, guessed or joined, each with what to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from regraft.core import plural, quoted
from regraft.data.finding import Finding, make_finding, passed_over
from regraft.data.folders.layouts import upwards
from regraft.data.folders.leftovers import COMPANION
from regraft.data.folders.split_words import are_parts, split_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from regraft.data.finding import Severity
    from regraft.data.folders.file_listing import FileListing
    from regraft.data.folders.folder_tree import Folder
    from regraft.data.folders.layouts import Layout
    from regraft.data.folders.leftovers import Leftover

_N_NAMED = 3


def remark_on(listing: FileListing, layout: Layout, *, are_kept: bool) -> tuple[Finding, ...]:
    """The remarks on a folder.

    Args:
        listing: Its files.
        layout: How its folders were read.
        are_kept: Images without a label were kept, not left out.
    """
    return (
        *_unlabelled(listing, layout, are_kept=are_kept),
        *remark_on_layout(layout),
        *_empty_folders(listing, layout),
        *remark_on_files(listing),
    )


def remark_on_layout(layout: Layout) -> tuple[Finding, ...]:
    """The remarks on how folders were read, those of an archive as well."""
    return (
        *_splits(layout),
        *_classes_like_splits(layout),
        *_wrappings(layout),
        *_nested_classes(layout),
        *_parts(layout),
    )


def remark_on_files(listing: FileListing, prefix: str = "") -> tuple[Finding, ...]:
    """The remarks on files alone.

    Args:
        listing: The files of a folder.
        prefix: What to put before their paths.
    """
    return (
        *_read_by_content(listing, prefix),
        *_leftovers(listing, prefix),
        *_links(listing, prefix),
        *passed_over([prefix + path for path in listing.others]),
    )


def _unlabelled(listing: FileListing, layout: Layout, *, are_kept: bool) -> Iterator[Finding]:
    """Images in no class folder: beside the splits, among masks, or simply in none."""
    if are_kept and not layout.classes:  # nobody asks for labels
        return
    severity: Severity = "note" if are_kept else "warning"
    verb = "without a label" if are_kept else "left out"
    places = layout.place_all(listing.images)
    bare = [path for path, (_split, name) in zip(listing.images, places, strict=True) if name is None]
    masks = [path for path in bare if _is_below(path, layout.annotations)]
    beside = [path for path in bare if _is_below(path, layout.beside)]
    copies = [path for path in bare if _is_below(path, layout.copies)]
    others = sorted({*bare} - {*masks, *beside, *copies})
    if n := len(beside):
        message = (
            f"{plural(n, 'image')} in {_named(layout.beside)} {_are(n)} {verb}: beside the splits "
            f"({_named(layout.splits)}), and in none. Move them into a split's class folders; or, if these are no "
            "splits, add --split-folders no."
        )
        yield make_finding("outside_splits", severity, message, n, beside)
    if n := len(masks):
        message = (
            f"{plural(n, 'image')} in {_named(layout.annotations)} {_are(n)} {verb}: masks or the like, by the name."
        )
        yield make_finding("annotations", "note", message, n, masks)
    if n := len(copies):
        message = (
            f"{plural(n, 'image')} in {_named(layout.copies)} {_are(n)} {verb}: the folders in there are called like "
            "the classes beside, so it is probably a second copy of the data set. Remove it, or give its folder alone."
        )
        yield make_finding("second_copy", severity, message, n, copies)
    if n := len(others):
        where = [place or "the top folder" for place, _n in Counter(map(_folder, others)).most_common()]
        message = (
            f"{plural(n, 'image')} in no class folder {_are(n)} {verb} ({_named(where)}). "
            f"To learn from {_it(n)}, put each into a folder named for its class; to have {_it(n)} classified, use "
            "regraft predict."
        )
        yield make_finding("unlabelled_images", severity, message, n, others)


def _splits(layout: Layout) -> Iterator[Finding]:
    """Splits by names that do not say it plainly, and data sets that are read as one."""
    guessed = {path: split for path, split in layout.splits.items() if not _is_plain(path)}
    if n := len(guessed):
        message = (
            f"{plural(n, 'folder')} {_are(n)} read as {'a split' if n == 1 else 'splits'}, by the names. If "
            f"{'it is none' if n == 1 else 'they are none'}, add --split-folders no."
        )
        yield make_finding("split_folders", "note", message, n, (f"{path}: {split}" for path, split in guessed.items()))
    if n := len(layout.joined):
        message = (
            f"{plural(n, 'folder')} with splits in {_it(n)} {_are(n)} read as one data set. To have one alone, give "
            "its folder."
        )
        yield make_finding("joined_sets", "note", message, n, layout.joined)


def _is_plain(path: str) -> bool:
    word = split_word(path.rpartition("/")[2])
    return word is not None and word.is_plain


def _classes_like_splits(layout: Layout) -> Iterator[Finding]:
    if n := len(layout.like_splits):
        message = (
            f"{plural(n, 'folder')} called like a split {_are(n)} taken for {'a class' if n == 1 else 'classes'}, by "
            f"what lies beside {_it(n)}. If {'it is one' if n == 1 else 'they are some'}, "
        )
        has_classes = any(layout.root.find(path).children for path in layout.like_splits)
        has_others = len(layout.classes) > n
        message += (
            "add --split-folders yes."
            if has_classes or has_others
            else "put a folder for each class into each of them."
        )
        yield make_finding("class_like_split", "note", message, n, layout.like_splits)


def _wrappings(layout: Layout) -> Iterator[Finding]:
    if n := len(layout.wrappings):
        message = f"The classes are those inside of {_named(layout.wrappings)}: the folders around them mean nothing."
        yield make_finding("unwrapped", "note", message, n, layout.wrappings)


def _empty_folders(listing: FileListing, layout: Layout) -> Iterator[Finding]:
    """Folders without an image, where classes or splits are."""
    full = _with_parents(map(_folder, listing.images))
    others = Counter(place for path in _rest(listing) for place in upwards(_folder(path)))
    runs = _with_parents(one.path for one in listing.leftovers if one.is_run)
    split_levels = set(map(_folder, layout.splits))
    empty = [
        path
        for path in listing.folders
        if path not in full
        and _folder(path) in layout.levels
        and (_folder(path) not in split_levels or split_word(path.rpartition("/")[2]) is not None)
        and path not in runs
    ]
    if n := len(empty):
        message = (
            f"{plural(n, 'folder')} beside the classes or splits {_holds(n)} no image that can be read. Nothing is "
            f"made of {_it(n)}: a class without images cannot be learnt. Fill or remove {_it(n)}."
        )
        examples = (f"{path} ({plural(others[path], 'other file') if others[path] else 'empty'})" for path in empty)
        yield make_finding("empty_folder", "warning", message, n, examples)


def _rest(listing: FileListing) -> Iterator[str]:
    """Files that are no images, or none that can be read."""
    yield from listing.others
    yield from (path for path, _detail in listing.foreign)


def _nested_classes(layout: Layout) -> Iterator[Finding]:
    """Class folders with folders in them, which might have been meant as the classes."""
    folders = {path: _through_single_folders(layout.root.find(path)) for path in layout.classes}
    nested = {
        path: list(folder.children)
        for path, folder in folders.items()
        if len(folder.children) > 1 or (folder.children and folder.n_direct)
    }
    if not (n := len(nested)):
        return
    times = Counter(name for inside in nested.values() for name in inside)
    is_doubtful = n == len(layout.classes) > 1 and min(times.values()) > 1
    message = (
        f"{plural(n, 'class folder')} {_holds(n)} folders; their images count as the class's"
        f"{', though the folders in all of them are called alike' if is_doubtful else ''}. If the inner folders are "
        "the classes, move them up, or list paths and labels in a table."
    )
    examples = (f"{path}: {_named(inside)}" for path, inside in nested.items())
    yield make_finding("nested_classes", "warning" if is_doubtful else "note", message, n, examples)


def _through_single_folders(folder: Folder) -> Folder:
    """The folder inside of those that hold nothing but one other: `amazon/images` for `amazon`."""
    while (inner := folder.only_child) is not None and not folder.n_direct:
        folder = inner
    return folder


def _parts(layout: Layout) -> Iterator[Finding]:
    """Parts of one data set that were taken for its classes."""
    names = list(dict.fromkeys(name for _split, name in layout.classes.values() if name is not None))
    if are_parts(names):
        message = (
            f"The {len(names):,} classes are called like parts of one data set. If they are, list paths and labels in "
            "a table and give that."
        )
        yield make_finding("parts_as_classes", "warning", message, len(names), names)


def _read_by_content(listing: FileListing, prefix: str) -> Iterator[Finding]:
    if n := len(listing.by_content):
        message = f"{plural(n, 'file')} {_are(n)} read as {'an image' if n == 1 else 'images'} by content, not by name."
        examples = (f"{prefix}{path}: {kind}" for path, kind in listing.by_content)
        yield make_finding("by_content", "note", message, n, examples)


def _leftovers(listing: FileListing, prefix: str) -> Iterator[Finding]:
    """A note on what is a system's, and a warning where images that might be the user's are among it."""
    told = [one for one in listing.leftovers if one.has_images or not one.is_readable or one.reason == COMPANION]
    doubtful = [one for one in told if one.is_doubtful and one.has_images]
    sure = [one for one in told if not (one.is_doubtful and one.has_images)]
    if n := len(sure):
        yield make_finding("leftovers", "note", f"{_count(sure)}.", n, _described(sure, prefix))
    if n := len(doubtful):
        message = (
            f"{_count(doubtful)}. If {'it' if n == 1 else 'they'} should count, give {_it(n)} another name or place."
        )
        yield make_finding("program_images", "warning", message, n, _described(doubtful, prefix))


def _count(leftovers: Sequence[Leftover]) -> str:
    n, n_full = len(leftovers), sum(one.has_images for one in leftovers)
    inside = f", {'with' if n == n_full else f'{n_full:,} of them with'} images" if n_full else ""
    return f"{plural(n, 'file or folder', 'files and folders')} of systems and programs {_are(n)} left out{inside}"


def _described(leftovers: Iterable[Leftover], prefix: str) -> Iterator[str]:
    for one in leftovers:
        yield f"{prefix}{one.path}: {one.reason}{'' if one.is_readable else '; it cannot be read'}"


def _links(listing: FileListing, prefix: str) -> Iterator[Finding]:
    if n := len(listing.repeated):
        message = (
            f"{plural(n, 'linked folder')} inside of linked folders {_are(n)} not followed: what "
            f"{'it leads' if n == 1 else 'they lead'} to is listed already."
        )
        yield make_finding("repeated_links", "note", message, n, (prefix + path for path in listing.repeated))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _with_parents(folders: Iterable[str]) -> set[str]:
    return {place for folder in set(folders) for place in upwards(folder)}


def _is_below(path: str, folders: Collection[str]) -> bool:
    return bool(folders) and any(place in folders for place in upwards(path))


def _named(paths: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    listed: Sequence[str] = list(dict.fromkeys(paths))
    more = f" and {len(listed) - _N_NAMED:,} more" if len(listed) > _N_NAMED else ""
    return ", ".join(map(quoted, listed[:_N_NAMED])) + more


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _holds(n: int) -> str:
    return "holds" if n == 1 else "hold"


def _it(n: int) -> str:
    return "it" if n == 1 else "them"

"""Images out of what holds them: a zip file, a tar file, or a folder that somebody has unpacked before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.datasets.unpacking.members import Places
from regraft.datasets.unpacking.tar_archives import unpack_tar
from regraft.datasets.unpacking.zip_archives import unpack_zip

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.datasets.unpacking.members import Place


def unpack_images(
    source: Path, folder: Path, *, place: Place, n_bytes_max: int, progress: Progress, is_nested: bool = False
) -> int:
    """Write what has a place to `folder`; leave out all else.

    Args:
        source: A `.zip`, `.tar`, `.tgz` or `.tar.gz` file, or a folder. Of a folder the names are relative to it.
        folder: Where the places are.
        place: Where each member goes.
        n_bytes_max: An archive with more bytes, unpacked, is refused.
        progress: Where to report.
        is_nested: The source is a tar of tars, or a folder of what was in them.

    Returns:
        How many files were written.

    Raises:
        FetchError: The archive is damaged or hostile, or holds no image.
        StoreError: The disk has no room for them.
        OSError: They cannot be read or written.
    """
    if source.is_dir():
        return _link_images(source, folder, place=place, progress=progress)
    if source.suffix == ".zip":
        return unpack_zip(source, folder, place=place, n_bytes_max=n_bytes_max, progress=progress)
    return unpack_tar(source, folder, place=place, n_bytes_max=n_bytes_max, progress=progress, is_nested=is_nested)


def _link_images(source: Path, folder: Path, *, place: Place, progress: Progress) -> int:
    """Hard links where the file system has them, else copies; the user's folder stays as it is."""
    places = Places(source.name, place)
    chosen = [
        (path, where)
        for parent, _folders, names in os.walk(source)
        for path in sorted(Path(parent) / name for name in names)
        if (where := places.choose(path.relative_to(source).as_posix())) is not None
    ]
    places.require_some()
    progress.start(f"Linking {source.name}", len(chosen))
    for path, where in chosen:
        target = folder / where
        target.parent.mkdir(parents=True, exist_ok=True)
        real = path.resolve()
        try:
            target.hardlink_to(real)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(real, target)
        progress.advance()
    return places.n_chosen

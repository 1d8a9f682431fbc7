"""Where a fetched data set comes from, and what proves that it is still what was fetched: `SOURCE.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from regraft.core import DataError, Value, atomic_path, digest_bytes
from regraft.data import fingerprint_files, read_folder
from regraft.datasets.fetching.archives import FetchedArchive

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress

SOURCE_FILE = "SOURCE.json"


class Provenance(Value):
    """What `SOURCE.json` beside the images says."""

    schema_version: Literal[1] = 1
    name: str
    title: str
    licence: str
    citation: str
    source: str
    archives: tuple[FetchedArchive, ...]
    n_images: int
    n_classes: int
    blake3: str
    """Digest of all images: paths and contents."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """What was chosen for it, where something can be."""
    class_words: dict[str, str] = Field(default_factory=dict)
    """Words for each class folder, where the folders' names are none."""


def digest_images(folder: Path, progress: Progress) -> tuple[int, int, str]:
    """Number of images, number of classes, and one digest over all paths and contents, as Regraft lists the folder.

    Raises:
        DataError: There are no images in class folders.
    """
    manifest = read_folder(folder)
    prints = fingerprint_files(manifest.files(), progress=progress)
    rows = sorted(zip(manifest.paths, prints.digests, strict=True))
    return manifest.n_images, manifest.n_classes, digest_bytes(json.dumps(rows).encode())


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Write `SOURCE.json` beside the images."""
    with atomic_path(folder / SOURCE_FILE) as aside:
        aside.write_text(provenance.model_dump_json(indent=2) + "\n", "utf-8")


def read_provenance(folder: Path) -> Provenance | None:
    """What `SOURCE.json` says; None where there is none.

    Raises:
        DataError: It is damaged.
    """
    try:
        return Provenance.model_validate_json((folder / SOURCE_FILE).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise DataError(
            f"{folder / SOURCE_FILE} is damaged, so nothing can be said of the images beside it. Move the folder away "
            "and run the command again."
        ) from error

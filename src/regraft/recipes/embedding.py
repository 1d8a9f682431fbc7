"""`regraft embed`: the features themselves, for use elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Unpack

from pydantic import Field

from regraft.core import DataError, SilentProgress, cache_folder, placed
from regraft.data import SourceOptions, left_out, list_images
from regraft.datasets import read_dataset
from regraft.experiments import FixedNetworkOptions, check_feature_file, hash_and_extract, open_networks, write_features
from regraft.scaling import ClusterOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Finding, Manifest, Reading, Unreadable
    from regraft.recipes.settings import EmbedSettings


class EmbedOptions(ClusterOptions, SourceOptions, FixedNetworkOptions):
    """Settings of `embed`."""

    VERB: ClassVar[str] = "embed"

    layer: str = Field("penultimate", description=FixedNetworkOptions.model_fields["layer"].description)
    out: Path = Field(
        Path("features.parquet"),
        description="File to write: .parquet (path, label, features), or .npy (features) with the paths in .txt.",
        json_schema_extra=placed("output", 10),
    )


@dataclass(frozen=True, eq=False)
class EmbedResult:
    """Features of images.

    Attributes:
        path: The file that was written.
        paths: The m readable images.
        features: (m, d) float32.
        unreadable: The other files.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    path: Path
    paths: tuple[str, ...]
    features: NDArray[np.float32]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...] = ()


def embed(
    source: str | Path | Iterable[str | Path],
    options: EmbedOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[EmbedSettings],
) -> EmbedResult:
    """Compute the features of images and write them to a file.

    Args:
        source: A data set with or without labels: a folder of images of any structure, a table, or a name; or a list
            of images and folders.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`EmbedOptions`).

    Raises:
        DataError: There is no readable image.
        OptionError: The source is no place, or the output's name does not end in .parquet or .npy.
    """
    options = EmbedOptions.of(options, settings)
    check_feature_file(options.out)
    manifest = _listed(source, replace(options.reading(), keep_unlabelled=True))
    networks = open_networks(options, cache_folder(), progress=progress)
    prints, found = hash_and_extract(manifest, networks, progress or SilentProgress())
    if not len(found.rows):
        raise DataError(f"None of {len(manifest):,} files could be read.")
    kept = manifest.select(found.rows)
    write_features(options.out, kept, found.features)
    unreadable = prints.unreadable + manifest.named(found.unreadable)
    findings = (*left_out(unreadable), *manifest.remarks)
    return EmbedResult(options.out, tuple(kept.paths), found.features, unreadable, findings)


def _listed(source: str | Path | Iterable[str | Path], reading: Reading) -> Manifest:
    return read_dataset(source, reading) if isinstance(source, str | bytes | PathLike) else list_images(source, reading)

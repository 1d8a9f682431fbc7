"""`regraft embed`: the features themselves, for use elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Unpack, cast

import numpy as np
from pydantic import Field, field_validator

from regraft.core import DataError, OptionError, SilentProgress, cache_folder, placed
from regraft.data import SourceOptions, left_out, list_images, parse_part, select_part
from regraft.datasets import read_dataset
from regraft.experiments import (
    FixedNetworkOptions,
    check_feature_file,
    hash_and_extract,
    hash_and_keep,
    open_networks,
    told_of_stored,
    write_features,
)
from regraft.features import LooseShards, open_store
from regraft.scaling import ClusterOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Finding, Manifest, Reading, Unreadable
    from regraft.features import JoinedNetworks
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
    part: str | None = Field(
        None,
        description="Compute one of n parts only, written as 2/8, and write no file: for several machines that share a "
        "cache. The command without it finds what all parts have computed.",
        json_schema_extra=placed("output", 20),
    )

    @field_validator("part")
    @classmethod
    def _is_part(cls, part: str | None) -> str | None:
        if part is not None:
            parse_part(part)
        return part


@dataclass(frozen=True, eq=False)
class EmbedResult:
    """Features of images.

    Attributes:
        path: The file that was written; None where one part was computed.
        paths: The m readable images.
        features: (m, d) float32; (0, 0) where one part was computed: they are in the store. What is more than memory
            should hold stays there, too: then slices and rows of this are arrays, and `numpy.asarray` reads all.
        unreadable: The other files.
        n_computed: How many images were computed now; the others were in the store.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    path: Path | None
    paths: tuple[str, ...]
    features: NDArray[np.float32]
    unreadable: tuple[Unreadable, ...]
    n_computed: int
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
        OptionError: The source is no place, the output's name does not end in .parquet or .npy, or a part is given to a
            cluster.
    """
    options = EmbedOptions.of(options, settings)
    check_feature_file(options.out)
    if options.part is not None and options.on != "here":
        raise OptionError("Options part and on both divide the work among processes: give one of them.")
    manifest = _listed(source, replace(options.reading(), keep_unlabelled=True))
    networks = open_networks(options, cache_folder(), progress=progress)
    if options.part is not None:
        return _compute_part(select_part(manifest, options.part), networks, progress or SilentProgress())
    prints, found = hash_and_extract(manifest, networks, progress or SilentProgress())
    if not len(found.rows):
        raise DataError(f"None of {len(manifest):,} files could be read.")
    kept = manifest.select(found.rows)
    write_features(options.out, kept, found.features)
    unreadable = prints.unreadable + manifest.named(found.unreadable)
    findings = (*left_out(unreadable), *manifest.remarks, *told_of_stored(found.features))
    features = cast("NDArray[np.float32]", found.features)
    return EmbedResult(options.out, tuple(kept.paths), features, unreadable, found.n_computed, findings)


def _compute_part(manifest: Manifest, networks: JoinedNetworks, progress: Progress) -> EmbedResult:
    """Features of one part, left in the store's folder for whoever opens the store."""
    prints, kept = hash_and_keep(manifest, networks, LooseShards(open_store(cache_folder()).folder), progress)
    readable = [digest is not None and row not in kept.unreadable for row, digest in enumerate(prints.digests)]
    unreadable = prints.unreadable + manifest.named([kept.unreadable[row] for row in sorted(kept.unreadable)])
    findings = (*left_out(unreadable), *manifest.remarks)
    nothing: NDArray[np.float32] = np.zeros((0, 0), np.float32)
    return EmbedResult(None, tuple(manifest.select(readable).paths), nothing, unreadable, kept.n_computed, findings)


def _listed(source: str | Path | Iterable[str | Path], reading: Reading) -> Manifest:
    return read_dataset(source, reading) if isinstance(source, str | bytes | PathLike) else list_images(source, reading)

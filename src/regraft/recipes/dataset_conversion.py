"""`regraft datasets convert`: a data set in another format, the images' bytes as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, Value, as_source, plural, quoted, shell_quoted
from regraft.data import Conversion, Finding, Unreadable, left_out
from regraft.datasets import ConvertDatasetOptions, Converted, convert, format_class_list, read_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.core import Progress
    from regraft.recipes.settings import ConvertDatasetSettings

_N_TOLD = 100
_N_RENAMED_TOLD = 5

__all__ = ["ConvertDatasetOptions", "ConvertDatasetResult", "convert_dataset", "format_class_list"]


class ConvertDatasetResult(Value):
    """A data set in another format.

    Attributes:
        folder: Where it is.
        conversion: What its CONVERSION.json says.
        unreadable: The first of the images that were left out; empty where nothing was done.
        notes: What one should know of what was written.
        findings: What was noticed of the data: left out, guessed, doubtful.
        was_there: It had been converted before; nothing was done.
        command: What to type next.
    """

    folder: Path
    conversion: Conversion
    unreadable: tuple[Unreadable, ...]
    notes: tuple[str, ...]
    was_there: bool
    command: str
    findings: tuple[Finding, ...] = ()


def convert_dataset(
    source: str | Path,
    options: ConvertDatasetOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ConvertDatasetSettings],
) -> ConvertDatasetResult:
    """Write a data set in another format; go on where an earlier run was stopped.

    File names, bytes, labels, splits and groups are kept: converted back, the data set is the same. Images whose header
    cannot be read are left out and reported; other damage is kept as it is.

    Args:
        source: Any data set: a folder, shards, a table or a name.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ConvertDatasetOptions`).

    Raises:
        OptionError: The folder to make holds something else, or an option does not fit the data set.
        DataError: There is nothing to convert, or what was converted earlier has been changed.
        StoreError: The disk is full or forbids writing, or another process converts to the same folder.
        InterruptedRunError: Ctrl-C; the shards that are finished are kept.
    """
    source = as_source(source)
    options = ConvertDatasetOptions.of(options, settings)
    manifest = read_dataset(source, options.reading())
    converted = convert(manifest, source, options, progress or SilentProgress())
    unreadable = [
        *manifest.named(manifest.unreadable),
        *(bad for record in converted.records for bad in record.unreadable),
    ]
    return ConvertDatasetResult(
        folder=converted.folder,
        conversion=converted.conversion,
        unreadable=tuple(unreadable[:_N_TOLD]),
        notes=tuple(_notes(converted, options)),
        findings=(*left_out(unreadable), *manifest.remarks),
        was_there=converted.was_there,
        command=f"regraft probe {shell_quoted(str(converted.folder))}",
    )


def _notes(converted: Converted, options: ConvertDatasetOptions) -> Iterator[str]:
    n_foreign = sum(sum(record.foreign.values()) for record in converted.records)
    if n_foreign and options.to == "tfrecord":
        kinds = ", ".join(sorted({kind.lower() for record in converted.records for kind in record.foreign}))
        advice = "a PNG cannot hold the same pixels" if options.reencode == "png" else "--reencode png makes them PNG"
        yield f"{plural(n_foreign, 'image')} ({kinds}) cannot be decoded by TensorFlow: {advice}."
    for name, folder in list(converted.renamed.items())[:_N_RENAMED_TOLD]:
        yield f"The class {quoted(name)} is called {quoted(folder)}: its name cannot be a folder's."

"""`regraft datasets`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from regraft.cli.output import say, say_unreadable
from regraft.cli.progress_bar import ProgressBar
from regraft.core import OptionError, megabytes, plural
from regraft.recipes import (
    ConvertDatasetOptions,
    GetDatasetOptions,
    GetDatasetResult,
    convert_dataset,
    get_dataset,
    list_datasets,
)

_DEFAULTS = GetDatasetOptions()
_CONVERSION_DEFAULTS = ConvertDatasetOptions()


def datasets(
    action: Literal["list", "get", "convert"] = "list",
    name: str | None = None,
    /,
    *,
    options: Annotated[GetDatasetOptions, Parameter(name="*")] = _DEFAULTS,
    conversion: Annotated[ConvertDatasetOptions, Parameter(name="*")] = _CONVERSION_DEFAULTS,
) -> None:
    """List the data sets that are known by name, fetch one, or write any data set in another format.

    Args:
        action: list describes all of them, get fetches one, convert writes a folder, a table or shards in another
            format; run again, get and convert go on where they were stopped.
        name: The data set to get, or what to convert.
        options: See `GetDatasetOptions`.
        conversion: See `ConvertDatasetOptions`.
    """
    if action == "convert":
        _convert(name, options, conversion)
        return
    if conversion.model_fields_set:
        raise OptionError("--to, --out and what else describes a format are for: regraft datasets convert SOURCE")
    if action == "list":
        if name is not None or options.model_fields_set:
            raise OptionError("A name and --folder are for: regraft datasets get NAME")
        _say_list()
        return
    if name is None:
        names = ", ".join(row.name for row in list_datasets() if row.archives)
        raise OptionError(f"Say which data set, for example: regraft datasets get NAME. Can be fetched: {names}.")
    with ProgressBar() as progress:
        result = get_dataset(name, options, progress=progress)
    _say_result(result)


def _convert(source: str | None, options: GetDatasetOptions, conversion: ConvertDatasetOptions) -> None:
    if source is None or options.model_fields_set:
        raise OptionError("Say what to convert, and where to with --out: regraft datasets convert SOURCE --out FOLDER")
    with ProgressBar() as progress:
        result = convert_dataset(source, conversion, progress=progress)
    found = result.conversion
    state = "is there already, unchanged" if result.was_there else "is there"
    shards = f", {plural(len(found.shards), 'shard')}" if found.shards else ""
    say(
        f"{result.folder} {state}: {plural(found.n_images, 'image')} in "
        f"{plural(found.n_classes, 'class', 'classes')}{shards}, {found.kind}."
    )
    for note in result.notes:
        say(f"Note: {note}")
    say_unreadable(result.unreadable)
    if found.n_left_out:
        say(f"Left out because they cannot be read: {plural(found.n_left_out, 'image')}.")
    say()
    say(f"Use it      {result.command}")


def _say_list() -> None:
    for row in list_datasets():
        say(f"{row.name}: {row.title}")
        say(f"  {row.n_images:,} images, {row.n_classes:,} classes; licence: {row.licence}")
        say(f"  {row.citation}")
        say(f"  {row.source}")
        say(f"  to get it: {row.how}")
        say(f"  to use it: {row.command(row.name)}")
        say()


def _say_result(result: GetDatasetResult) -> None:
    found, row = result.provenance, result.dataset
    state = "is there already, unchanged" if result.was_there else "is there"
    say(
        f"{result.folder} {state}: {plural(found.n_images, 'image')} in "
        f"{plural(found.n_classes, 'class', 'classes')}, with the publisher's own split."
    )
    if (found.n_images, found.n_classes) != (row.n_images, row.n_classes):
        say(f"Note: {row.n_images:,} in {row.n_classes:,} were expected. The publisher may have changed the data set.")
    for archive in found.archives:
        say(f"{archive.url}  {megabytes(archive.n_bytes)}  {archive.fetched}")
        verdict = "as it should be" if archive.is_verified else "of what came; the right one is not known"
        say(f"  SHA-256 {archive.sha256} ({verdict})")
    say(f"This is kept in {result.folder / 'SOURCE.json'}, with licence and citation.")
    say()
    say(f"Use it      {result.command}")

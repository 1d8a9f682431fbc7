"""`regraft datasets`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter
from rich.filesize import decimal

from regraft.cli.output import say, say_findings, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.core import OptionError, megabytes, plural
from regraft.recipes import (
    ConvertDatasetOptions,
    GetDatasetOptions,
    GetDatasetResult,
    convert_dataset,
    get_dataset,
    list_datasets,
    show_dataset,
)

_DEFAULTS = GetDatasetOptions()
_CONVERSION_DEFAULTS = ConvertDatasetOptions()


def datasets(
    action: Literal["list", "show", "get", "convert"] = "list",
    name: str | None = None,
    /,
    *,
    options: Annotated[GetDatasetOptions, Parameter(name="*")] = _DEFAULTS,
    conversion: Annotated[ConvertDatasetOptions, Parameter(name="*")] = _CONVERSION_DEFAULTS,
) -> None:
    """Run `regraft datasets` and print what came of it.

    Args:
        action: list names all of them, show says all of one, get fetches one, convert writes a folder, a table or
            shards in another format; run again, get and convert go on where they were stopped.
        name: The data set to show or get, or what to convert.
        options: See `GetDatasetOptions`.
        conversion: See `ConvertDatasetOptions`.

    Raises:
        OptionError: Options of another action are given, or no data set is named to show.
    """
    if action == "convert":
        _convert(name, options, conversion)
        return
    if conversion.model_fields_set:
        raise OptionError("--to, --out and what else describes a format are for: regraft datasets convert SOURCE")
    if action != "get" and options.model_fields_set:
        raise OptionError("--folder and --archives are for: regraft datasets get NAME")
    if action == "get":
        _get(name, options)
    elif name is not None:
        _say_row(name)
    elif action == "list":
        _say_list()
    else:
        raise OptionError(f"Say which data set to show: {', '.join(row.name for row in list_datasets())}.")


def _get(name: str | None, options: GetDatasetOptions) -> None:
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
    say_findings(result.findings)
    if found.n_left_out and result.was_there:
        say(f"Left out because they cannot be read: {plural(found.n_left_out, 'image')}.")
    say()
    say(f"Use it      {result.command}")


def _say_list() -> None:
    say_table(
        ("name", "images", "classes", "size", "licence", "to get it"),
        [
            (
                row.name,
                f"{row.n_images:,}",
                f"{row.n_classes:,}",
                decimal(row.n_bytes),
                row.licence.partition(";")[0],
                row.how,
            )
            for row in list_datasets()
        ],
    )
    say()
    say("Licence, citation, source and files of one: regraft datasets show NAME")


def _say_row(name: str) -> None:
    row = show_dataset(name)
    facts = {
        "images": f"{row.n_images:,} in {plural(row.n_classes, 'class', 'classes')}",
        "size": decimal(row.n_bytes),
        "licence": row.licence,
        "to be cited": row.citation,
        "source": row.source,
        "account": row.account,
        "results": row.reference,
        "note": row.note,
        "to get it": row.how,
        "to use it": row.command(row.name),
    }
    say(f"{row.name}: {row.title}")
    for label, text in facts.items():
        if text is not None:
            say(f"  {label:<12}{text}")
    for archive in row.archives:
        say(f"  {'file':<12}{archive.url}  {decimal(archive.n_bytes_about)}")
        if archive.sha256 is not None:
            say(f"  {'':<12}SHA-256 {archive.sha256}")
        if archive.unpacked is not None:
            say(f"  {'':<12}or, with --archives, the folder {archive.unpacked}")


def _say_result(result: GetDatasetResult) -> None:
    found, row = result.provenance, result.dataset
    state = "is there already, unchanged" if result.was_there else "is there"
    say(
        f"{result.folder} {state}: {plural(found.n_images, 'image')} in "
        f"{plural(found.n_classes, 'class', 'classes')}, with {_split(row.n_held_out)}."
    )
    if (found.n_images, found.n_classes) != (row.n_images, row.n_classes):
        say(f"Note: {row.n_images:,} in {row.n_classes:,} were expected. The publisher may have changed the data set.")
    for archive in found.archives:
        how = "brought" if archive.is_brought else "fetched"
        say(f"{archive.url}  {megabytes(archive.n_bytes)}  {how} {archive.fetched}")
        verdict = "as it should be" if archive.is_verified else "of what came; the right one is not known"
        say(f"  SHA-256 {archive.sha256} ({verdict})")
    say(f"This is kept in {result.folder / 'SOURCE.json'}, with licence and citation.")
    say()
    say(f"Use it      {result.command}")


def _split(n_held_out: int) -> str:
    return f"{n_held_out:,} held out in val" if n_held_out else "the publisher's own split"

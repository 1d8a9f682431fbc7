"""`regraft datasets`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from regraft.cli.output import say
from regraft.cli.progress_bar import ProgressBar
from regraft.core import OptionError, megabytes, plural
from regraft.recipes import GetDatasetOptions, GetDatasetResult, get_dataset, list_datasets

_DEFAULTS = GetDatasetOptions()


def datasets(
    action: Literal["list", "get"] = "list",
    name: str | None = None,
    /,
    *,
    options: Annotated[GetDatasetOptions, Parameter(name="*")] = _DEFAULTS,
) -> None:
    """List the data sets that are known by name, or fetch one.

    Args:
        action: list describes all of them, get fetches one; run again, it goes on where it was stopped.
        name: The data set to get.
        options: See `GetDatasetOptions`.
    """
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

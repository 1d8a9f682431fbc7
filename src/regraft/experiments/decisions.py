"""What a person decides about an audit's findings: a table to edit, and the manifest that follows from it.

By itself a table does only what is certain: files that cannot be read, and exact copies across splits. Everything else
stands there as proposed, and is done when a person copies it into the column `action`.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing import Action
from regraft.core import DataError, atomic_path, plural, printable, quoted
from regraft.data import open_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from regraft.auditing import AuditFinding
    from regraft.data import Manifest, Unreadable

_COLUMNS = ("image", "label", "split", "finding", "seen", "score", "proposed", "action")
_DONE_BY_ITSELF = frozenset({"exact_copies_across_splits"})
"""Findings whose proposals are certain: exact copies across splits."""
_VERBS = ("keep", "relabel", "quarantine", "group", "keep-one-side")
_FORMULAS = ("=", "+", "-", "@")
"""What a spreadsheet would compute; a path with such a beginning is written as `./=...`."""


@dataclass(frozen=True)
class Decision:
    """What is decided about one image, and where the table says it."""

    image: str
    action: Action
    line: int


@dataclass(frozen=True)
class Decided:
    """A data set after decisions.

    Attributes:
        manifest: The images that are left, as decided.
        n_by_verb: How many images each kind of decision changed.
        left_out: Paths of those that are left out.
        relabelled: Path -> class name.
    """

    manifest: Manifest
    n_by_verb: dict[str, int]
    left_out: tuple[str, ...]
    relabelled: dict[str, str]


def write_decisions(
    path: Path, manifest: Manifest, findings: Iterable[AuditFinding], unreadable: Iterable[Unreadable]
) -> int:
    """Write the table: one row for each image of each case for which something is proposed, the worst finding first.

    Args:
        path: A CSV file.
        manifest: The images.
        findings: In the order in which they should be read.
        unreadable: The files that cannot be used.

    Returns:
        The number of rows.
    """
    rows_of = {printable(one): row for row, one in enumerate(manifest.paths)}
    names = manifest.class_names
    n_rows = 0
    with atomic_path(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for record in unreadable:
            seen = f"{record.reason}: {record.detail}"
            writer.writerow([_cell(record.path), "", "", "unreadable", _cell(seen), "1", "quarantine", "quarantine"])
            n_rows += 1
        for finding, image, seen, score, action in _proposals(findings):
            row = rows_of.get(image)
            label = "" if row is None or manifest.labels[row] < 0 else names[manifest.labels[row]]
            split = "" if row is None else manifest.splits[row] or ""
            said = f"{action.verb} {action.to}".strip()
            done = said if finding.code in _DONE_BY_ITSELF else ""
            told = [_cell(one) for one in (image, label, split, finding.code, seen)]
            writer.writerow([*told, f"{score:.3f}", _cell(said), _cell(done)])
            n_rows += 1
    return n_rows


def _proposals(findings: Iterable[AuditFinding]) -> Iterator[tuple[AuditFinding, str, str, float, Action]]:
    for finding in findings:
        for case in finding.cases:
            for image, action in zip(case.paths, case.actions, strict=False):
                if action.verb != "keep":
                    yield finding, image, case.note, case.score, action


def _cell(text: str) -> str:
    """A text that a spreadsheet takes for a text."""
    return f"./{text}" if text.startswith(_FORMULAS) else text


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """What a table says is to be done: the rows whose column `action` is filled.

    Raises:
        DataError: It is no such table, or an action is none; the message names the line.
    """
    table = open_table(path)
    lacking = [name for name in ("image", "action") if name not in table.names]
    if lacking:
        raise DataError(
            f"{path} is no table of decisions: it has no column {' and '.join(lacking)}. "
            "Make one with: regraft audit DATA --decisions decisions.csv"
        )
    columns = table.read(("image", "action"))
    given = zip(columns.cells["image"], columns.cells["action"], columns.places, strict=True)
    return tuple(
        Decision((image or "").removeprefix("./"), _action(said, columns.where(row, "action")), line)
        for row, (image, said, line) in enumerate(given)
        if said
    )


def _action(text: str, where: str) -> Action:
    verb, _blank, to = text.removeprefix("./").partition(" ")
    to = to.strip()
    if verb not in _VERBS:
        raise DataError(
            f"{where}: {quoted(text)} is no action. An action is keep, relabel CLASS, quarantine, group NAME or "
            "keep-one-side SPLIT."
        )
    if bool(to) != (verb in ("relabel", "group", "keep-one-side")):
        raise DataError(f"{where}: {quoted(text)} {'says too much' if to else 'does not say to what'}.")
    return Action.model_validate({"verb": verb, "to": to})


def apply_decisions(manifest: Manifest, decisions: Sequence[Decision], table: Path) -> Decided:
    """The manifest that follows from decisions; the images themselves are not touched.

    Args:
        manifest: The images as they are listed, unreadable ones included.
        decisions: What is to be done.
        table: Where they stand, for messages.

    Raises:
        DataError: A decision is about no image of the data set, names no class of it, or two contradict each other.
    """
    places = {printable(one): row for row, one in enumerate(manifest.paths)}
    chosen = _by_image(decisions, places, table)
    labels, groups = manifest.labels.copy(), list(manifest.groups)
    is_kept = np.ones(len(manifest), np.bool_)
    relabelled: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for image, decision in chosen.items():
        row, action = places[image], decision.action
        if action.verb == "relabel":
            labels[row] = _class_place(manifest, decision, table)
            relabelled[image] = action.to
        elif action.verb == "group":
            groups[row] = action.to
        elif action.verb == "quarantine" or (action.verb == "keep-one-side" and manifest.splits[row] != action.to):
            is_kept[row] = False
        else:
            continue
        counts[action.verb] += 1
    left_out = tuple(manifest.paths[row] for row in np.flatnonzero(~is_kept).tolist())
    decided = replace(manifest, labels=labels, groups=tuple(groups)).select(is_kept)
    return Decided(decided, dict(counts), left_out, relabelled)


def _by_image(decisions: Sequence[Decision], places: dict[str, int], table: Path) -> dict[str, Decision]:
    """One decision for each image: the same twice is one, `keep` overrules nothing."""
    of_image: defaultdict[str, list[Decision]] = defaultdict(list)
    unknown = [decision for decision in decisions if decision.image not in places]
    if unknown:
        raise DataError(
            f"{plural(len(unknown), 'decision')} in {table} {'is' if len(unknown) == 1 else 'are'} about images that "
            f"the data set does not have (first: line {unknown[0].line}, {quoted(unknown[0].image)})."
        )
    for decision in decisions:
        if decision.action.verb != "keep":
            of_image[decision.image].append(decision)
    for image, several in of_image.items():
        if len({decision.action for decision in several}) > 1:
            said = " and ".join(f"{one.action.verb} {one.action.to}".strip() for one in several)
            lines = ", ".join(str(one.line) for one in several)
            raise DataError(f"{table} says two things of {quoted(image)} (lines {lines}): {said}. Empty all but one.")
    return {image: several[0] for image, several in of_image.items()}


def _class_place(manifest: Manifest, decision: Decision, table: Path) -> int:
    name = decision.action.to
    if name not in manifest.class_names:
        known = ", ".join(manifest.class_names[:10])
        raise DataError(
            f"{table}, line {decision.line}: there is no class {quoted(name)}. The data set has: {known}"
            f"{', ...' if manifest.n_classes > 10 else ''}."
        )
    return manifest.class_names.index(name)

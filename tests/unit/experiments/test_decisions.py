"""Decisions about findings: proposed in a table, made by a person, carried out on a manifest."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from regraft.auditing import Action, Case, make_audit_finding
from regraft.core import DataError
from regraft.data import Manifest, Reason, Unreadable
from regraft.experiments.decisions import apply_decisions, read_decisions, write_decisions

PATHS = ("=1+1.png", "b.png", "c.png", "d.png")


@pytest.fixture
def manifest(tmp_path):
    """Four images, two of each class, on two sides."""
    return Manifest(tmp_path, PATHS, np.array([0, 0, 1, 1]), ("cat", "dog"), ("train", "test") * 2, (None,) * 4)


def finding(code, *cases, kind="labels"):
    """A finding with cases of (paths, actions)."""
    return make_audit_finding(
        kind,
        code,
        "Something.",
        severity="note",
        certainty="likely",
        cause="c",
        advice="a",
        n=len(cases),
        cases=[Case(paths=paths, actions=actions, note="x", score=0.5) for paths, actions in cases],
    )


def decided(tmp_path, *actions):
    """A table in which somebody has written these actions, one for each of the images."""
    table = tmp_path / "decisions.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("image", "action"), *zip(PATHS, actions, strict=False)])
    return table


def test_proposals_are_not_decisions(tmp_path, manifest):
    """Only unreadable files and exact copies across splits are done without a person; a formula is a text."""
    table = tmp_path / "decisions.csv"
    relabel = finding("label_errors", (("=1+1.png",), (Action(verb="relabel", to="dog"),)), (("b.png",), ()))
    copies = finding(
        "exact_copies_across_splits",
        (("c.png", "d.png"), (Action(verb="quarantine"), Action(verb="keep"))),
        kind="leakage",
    )
    broken = Unreadable(path="e.png", reason=Reason.TRUNCATED, detail="it ends early")
    assert write_decisions(table, manifest, (relabel, copies), (broken,)) == 3
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["image"], row["proposed"], row["action"]) for row in rows] == [
        ("e.png", "quarantine", "quarantine"),
        ("./=1+1.png", "relabel dog", ""),
        ("c.png", "quarantine", "quarantine"),
    ]
    assert [(one.image, one.action.verb) for one in read_decisions(table)] == [
        ("e.png", "quarantine"),
        ("c.png", "quarantine"),
    ]


def test_decisions_change_the_manifest_and_nothing_else(tmp_path, manifest):
    """Another label, another group, one side: the images that are left, and what was done."""
    table = decided(tmp_path, "relabel dog", "group twins", "keep-one-side test", "quarantine")
    found = apply_decisions(manifest, read_decisions(table), table)
    assert found.manifest.paths == ("=1+1.png", "b.png")
    assert found.manifest.labels.tolist() == [1, 0]
    assert found.manifest.groups == (None, "twins")
    assert found.left_out == ("c.png", "d.png")
    assert found.relabelled == {"=1+1.png": "dog"}
    assert found.n_by_verb == {"relabel": 1, "group": 1, "keep-one-side": 1, "quarantine": 1}
    kept = decided(tmp_path, "keep", "", "keep-one-side train", "keep")
    assert apply_decisions(manifest, read_decisions(kept), kept).manifest.paths == PATHS


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("delete", "line 2, column 'action': 'delete' is no action. An action is keep, relabel CLASS"),
        ("relabel", "'relabel' does not say to what"),
        ("quarantine now", "'quarantine now' says too much"),
        ("relabel bird", "line 2: there is no class 'bird'. The data set has: cat, dog."),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_its_line(tmp_path, manifest, action, message):
    """A slip in a spreadsheet is found before anything is written."""
    table = decided(tmp_path, action)
    with pytest.raises(DataError) as error:
        apply_decisions(manifest, read_decisions(table), table)
    assert message in str(error.value)


def test_contradictions_and_strangers_are_named(tmp_path, manifest):
    """Two different actions for one image, an image that is not there, and a table of something else."""
    table = tmp_path / "d.csv"
    table.write_text("image,action\nb.png,quarantine\nb.png,relabel dog\nb.png,keep\n")
    with pytest.raises(DataError, match=r"says two things of 'b.png' \(lines 2, 3\): quarantine and relabel dog"):
        apply_decisions(manifest, read_decisions(table), table)
    table.write_text("image,action\nz.png,quarantine\n")
    with pytest.raises(DataError, match=r"^1 decision in .* is about images .* \(first: line 2, 'z.png'\)"):
        apply_decisions(manifest, read_decisions(table), table)
    table.write_text("path,label\nz.png,cat\n")
    with pytest.raises(DataError, match="it has no column image and action"):
        read_decisions(table)

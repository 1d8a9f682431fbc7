from __future__ import annotations

import pytest

from regraft.data.files.unreadable import Reason, Unreadable
from regraft.data.finding import Finding, make_finding
from regraft.data.problems import DataSummary, find_problems, summarise


@pytest.fixture
def findings(make_manifest, make_digests):
    """Findings by code, for a data set that is sound unless told otherwise."""

    def find(names, digests=None, sides=None, unreadable=(), n_folds=None, **more) -> dict[str, Finding]:
        manifest = make_manifest(names, **more)
        found = find_problems(
            manifest,
            digests or make_digests(len(names)),
            unreadable,
            sides or [None] * len(names),
            n_folds=n_folds,
        )
        assert len({finding.code for finding in found}) == len(found)
        return {finding.code: finding for finding in found}

    return find


def test_a_sound_data_set(findings):
    """There is nothing to say of a data set that is as it should be."""
    assert findings(["cat", "dog"] * 6, sides=["train"] * 8 + ["test"] * 4, n_folds=4) == {}


def test_unreadable_files(findings):
    """Files that were left out are counted, with reasons."""
    records = [Unreadable(path=f"{row}.jpg", reason=Reason.EMPTY, detail="no bytes") for row in range(8)]
    finding = findings(["cat", "dog"] * 3, unreadable=records)["unreadable"]
    assert finding.message == "8 files could not be read and were left out."
    assert (finding.severity, finding.n) == ("warning", 8)
    assert finding.examples == tuple(f"{row}.jpg: empty (no bytes)" for row in range(8))


def test_a_finding_names_a_thousand_cases_at_most():
    """All are counted; what a program reads does not grow without end."""
    finding = make_finding("other_files", "note", "Files.", 5000, map(str, range(5000)))
    assert finding.n == 5000
    assert finding.examples == tuple(map(str, range(1000)))


def test_duplicates(findings):
    """Exact copies within a class are a note that counts the superfluous ones."""
    found = findings(["cat", "cat", "cat", "cat", "dog", "dog"], digests=["a", "a", "a", "b", "c", "d"])
    assert list(found) == ["duplicates"]
    assert found["duplicates"].severity == "note"
    assert found["duplicates"].message == "2 images are an exact copy of another one."
    assert found["duplicates"].examples == ("0.jpg = 1.jpg = 2.jpg",)


def test_contradicting_labels(findings):
    """The same image under two labels is a warning; a copy without label contradicts nothing."""
    found = findings(["cat", "dog", "cat", None, "cat", "dog"], digests=["a", "a", "b", "b", "c", "d"])
    assert found["contradicting_labels"].n == 1
    assert found["contradicting_labels"].severity == "warning"
    assert found["contradicting_labels"].examples == ("0.jpg = 1.jpg",)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("Red", "red"), "'Red' = 'red'"),
        (("red", "red "), "'red' = 'red '"),
        (("r\u00e9d", "re\u0301d"), "'re\\u0301d' = 'r\u00e9d'"),
        (("t-shirt", "T shirt", "t_shirt"), "'T shirt' = 't-shirt' = 't_shirt'"),
        (("00001", "1"), "'00001' = '1'"),
        (("a\u200bb", "ab"), "'ab' = 'a\\u200bb'"),
        (("Stra\u00dfe", "strasse"), "'Stra\u00dfe' = 'strasse'"),
    ],
)
def test_similar_classes(findings, names, shown):
    """Classes whose names differ only in how they are written are a warning that shows the difference."""
    finding = findings([*names, "other"] * 2)["similar_classes"]
    assert (finding.severity, finding.n, finding.examples) == ("warning", 1, (shown,))


@pytest.mark.parametrize(
    "names", [("-1", "1"), ("1_2", "12"), ("1.05", "1.5"), ("cat", "cats"), ("rouge", "roug\u00e9")]
)
def test_different_classes(findings, names):
    """Names that mean different things are not called alike."""
    assert "similar_classes" not in findings(list(names) * 2)


def test_a_class_that_judges_nothing(findings):
    """A class without an image in the split that judges a training is a warning."""
    found = findings(["cat", "dog", "cat", "cat", "dog"], sides=["train", "train", "val", "test", "test"])
    assert found["absent_from_val"].examples == ("dog",)


def test_leaking_duplicates(findings):
    """The same image in train and test makes the accuracy look too good."""
    sides = ["train", "test", "train", "train", "test", "test"]
    found = findings(["cat", "cat", "dog", "cat", "dog", "cat"], digests=["a", "a", "b", "c", "d", "e"], sides=sides)
    assert found["leaking_duplicates"].message.startswith("1 image is in more than one split: the accuracy")


def test_torn_groups(findings):
    """A group in train and test is a warning that names it."""
    found = findings(
        ["cat", "cat", "dog", "dog"], sides=["train", "test", "train", "test"], groups=["g", "g", "h", None]
    )
    assert found["torn_groups"].examples == ("g",)


def test_rare_classes(findings):
    """Classes without any image, and classes of a single image or group, are named."""
    found = findings(
        ["cat", "dog", "dog", "eel", "eel"],
        groups=[None, "g", "g", None, None],
        class_names=("ant", "cat", "dog", "eel"),
    )
    assert found["empty_class"].examples == ("ant",)
    assert found["single_image_class"].examples == ("cat", "dog")
    assert found["single_image_class"].message.startswith("2 classes with a single image or group")


def test_absent_classes(findings):
    """Classes that are missing from one side are named for that side."""
    found = findings(["cat", "cat", "dog", "dog", "eel", "eel"], sides=["train"] * 2 + ["test"] * 2 + ["train", "test"])
    assert found["absent_from_train"].examples == ("dog",)
    assert found["absent_from_test"].examples == ("cat",)


def test_no_sides_miss_nothing(findings):
    """Where there is no split, no class is absent from one."""
    assert findings(["cat", "cat", "dog", "dog"]) == {}


def test_fewer_than_folds(findings):
    """Classes with fewer units to train on than folds are a note."""
    names = ["cat"] * 5 + ["dog"] * 5
    sides = ["train"] * 4 + ["test"] + ["train"] * 3 + ["test"] * 2
    assert "fewer_than_folds" not in findings(names, sides=sides, n_folds=3)
    finding = findings(names, sides=sides, n_folds=4)["fewer_than_folds"]
    assert (finding.n, finding.examples, finding.severity) == (1, ("dog",), "note")


@pytest.mark.parametrize(("n_cats", "is_noted"), [(19, False), (20, True)])
def test_imbalance(findings, n_cats, is_noted):
    """Ten times as many images of one class as of another is a note with both numbers."""
    found = findings(["cat"] * n_cats + ["dog"] * 2 + ["eel"] * 3)
    assert ("imbalance" in found) is is_noted
    if is_noted:
        assert "'cat' has 20 images, 'dog' 2." in found["imbalance"].message
        assert found["imbalance"].examples == ()


def test_remarks(findings):
    """What the reading of the data set noticed is handed on, also of a part of its images."""
    remark = make_finding("other_files", "note", "13 files with other extensions were not looked at.", 13, ("x.txt",))
    assert findings(["cat", "dog"] * 2, remarks=(remark,))["other_files"] == remark


def test_no_images(findings):
    """An empty data set can be looked at: its classes are empty."""
    assert list(findings([], class_names=("cat",))) == ["empty_class"]


def test_findings_survive_json():
    """A finding about a file whose name is no UTF-8 can be saved and read again."""
    finding = Finding(code="duplicates", severity="note", message="Copies.", n=1, examples=("\udcff.jpg",))
    assert Finding.model_validate_json(finding.model_dump_json()) == finding


def test_summary(make_manifest):
    """The summary counts images by class and side, groups, copies, and unreadable files by reason."""
    manifest = make_manifest(
        ["cat", "cat", "dog", None], groups=["g", "g", "h", None], class_names=("ant", "cat", "dog")
    )
    records = [
        Unreadable(path="x.jpg", reason=reason, detail="") for reason in (Reason.EMPTY, Reason.MISSING, Reason.MISSING)
    ]
    summary = summarise(manifest, ["a", "a", "a", "b"], records, ["train", "test", "train", "train"])
    assert summary == DataSummary(
        n_images=4,
        n_classes=3,
        n_groups=2,
        n_duplicates=2,
        n_unreadable=3,
        reasons={"missing": 2, "empty": 1},
        classes={"ant": {}, "cat": {"train": 1, "test": 1}, "dog": {"train": 1}, "": {"train": 1}},
    )
    assert DataSummary.model_validate_json(summary.model_dump_json()) == summary


def test_a_summary_without_split(make_manifest):
    """Where there is no split, the images of a class are just counted."""
    summary = summarise(make_manifest(["cat", "cat"]), ["a", "b"], (), [None, None])
    assert summary.classes == {"cat": {"images": 2}}

"""Checks that were made, and those that could not be."""

from __future__ import annotations

import pytest

from regraft.auditing import CheckLog, NotChecked, make_audit_finding
from regraft.auditing.checks import require


def finding(kind):
    return make_audit_finding(
        kind, "code", "Found.", severity="note", certainty="certain", cause="Chance.", advice="Look.", n=1
    )


def test_each_check_says_what_came_of_it():
    """Found, nothing found, and not made with the reason are three things; nothing stops the next check."""
    log = CheckLog()
    log.add("files", "Files", "3 images", lambda: (finding("files"),))
    log.add("outliers", "Outliers", "3 images", lambda: require(3, 200, "image") or ())
    log.add("copies", "Copies", "3 images", lambda: ())
    assert [check.result for check in log.checks] == [
        "1 finding",
        "not made: it takes 200 images, and there are 3",
        "nothing found",
    ]
    assert [check.n_findings for check in log.checks] == [1, None, 0]
    assert log.findings == [finding("files")]
    assert set(log.seconds) == {"Files", "Outliers", "Copies"}


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "it takes 3 classes, and there is 1"),
        (0, "it takes 3 classes, and there are none"),
        (2, "it takes 3 classes, and there are 2"),
    ],
)
def test_what_is_required_is_counted(n, text):
    """The sentence has what it takes and what there is; enough is no exception."""
    with pytest.raises(NotChecked) as raised:
        require(n, 3, "class", "classes")
    assert str(raised.value) == text
    require(3, 3, "class", "classes")

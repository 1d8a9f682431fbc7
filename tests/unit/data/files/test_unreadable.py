from __future__ import annotations

import pytest
from pydantic import ValidationError

from regraft.data.files.unreadable import Reason, Unreadable


def test_the_codes_are_stable():
    """Reports hold these codes: none may change its spelling."""
    assert [str(reason) for reason in Reason] == [
        "missing",
        "no_permission",
        "empty",
        "not_an_image",
        "unsupported",
        "truncated",
        "damaged",
        "too_large",
        "unreadable",
        "blank",
    ]


def test_a_record_survives_json():
    """A record of a file whose name is no UTF-8 can be saved and read again."""
    record = Unreadable(path="\udcff\n'.jpg", reason=Reason.EMPTY, detail="no bytes")
    assert record.path == "\\udcff\n'.jpg"
    assert Unreadable.model_validate_json(record.model_dump_json()) == record


def test_a_record_is_frozen():
    """A record cannot be changed."""
    record = Unreadable(path="a.jpg", reason=Reason.EMPTY, detail="no bytes")
    with pytest.raises(ValidationError, match="frozen"):
        record.path = "b.jpg"


def test_a_path_is_text():
    """Anything else is refused as pydantic refuses it."""
    with pytest.raises(ValidationError, match="path"):
        Unreadable(path=3, reason=Reason.EMPTY, detail="no bytes")

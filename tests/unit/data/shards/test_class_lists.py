"""`labels.txt`, written and read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regraft.data.shards.class_lists import read_class_list
from regraft.datasets.writing import format_class_list

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(NAMES, max_size=5))
def test_the_list_of_classes_has_one_line_for_each(names):
    """Whatever a class is called, it takes one line of labels.txt."""
    assert [line.partition(":")[0] for line in format_class_list(names).split("\n")[:-1]] == [
        str(number) for number in range(len(names))
    ]


def test_a_list_of_classes_that_is_none(tmp_path):
    """Where there is no list, or it is no text, there are no names."""
    assert read_class_list(tmp_path).names == {}
    (tmp_path / "labels.txt").write_bytes(b"\xff\xfe\x00:\x99\n5:ok\r\n")
    assert read_class_list(tmp_path).names == {5: "ok"}


def test_a_list_of_classes_with_a_long_line(tmp_path):
    """Blanks behind a number are passed in one go, however many there are."""
    (tmp_path / "labels.txt").write_text("0" + " " * 1_000_000 + "\n1 cat\n")
    assert read_class_list(tmp_path).names == {0: "0", 1: "1 cat"}

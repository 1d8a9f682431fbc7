from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regraft.data.names import label_positions, sort_naturally


def test_numbers_are_sorted_by_value():
    """Class names that are numbers stand in numeric order, negative and fractional ones too."""
    assert sort_naturally(["10", "9", "-2", "-10", "0.5", "007"]) == ("-10", "-2", "0.5", "007", "9", "10")


def test_numbers_inside_of_text_are_sorted_by_value():
    """`img2` stands before `img10`, and text without digits by its characters."""
    assert sort_naturally(["img10", "img2", "b", "a", "img02"]) == ("a", "b", "img02", "img2", "img10")


def test_a_number_of_any_length_is_a_name():
    """Digits are never turned into an integer, which Python refuses beyond 4,300 of them."""
    long = "9" * 5000
    assert sort_naturally([long, "10", "9"]) == ("9", "10", long)


@given(st.lists(st.text(alphabet="0129.-ab\u00e9\udcff\u0663", max_size=5), unique=True))
def test_the_order_of_names_is_canonical(names):
    """Names come in one order, whatever order they are given in."""
    ordered = sort_naturally(names)
    assert sorted(ordered) == sorted(names)
    assert sort_naturally(reversed(names)) == ordered


def test_labels_are_positions_of_sorted_names():
    """A label is the position of its name, and -1 where there is none."""
    labels, names = label_positions(["10", None, "9", "10"])
    assert names == ("9", "10")
    assert labels.tolist() == [1, -1, 0, 1]
    assert labels.dtype == "int64"


def test_labels_of_class_names_in_other_encodings():
    """A class folder in Latin-1 is a class whose name can be shown."""
    labels, names = label_positions(["caf\udce9", "bar"])
    assert names == ("bar", "caf\\udce9")
    assert labels.tolist() == [1, 0]


def test_no_rows_have_no_labels():
    """An empty column gives an empty array of the right type."""
    labels, names = label_positions([])
    assert labels.shape == (0,)
    assert labels.dtype == "int64"
    assert names == ()

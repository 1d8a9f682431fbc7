from __future__ import annotations

from regraft.core import plural, shortened


def test_counts_agree_with_their_nouns():
    """One is singular, all others are plural, thousands have separators."""
    assert plural(1, "image") == "1 image"
    assert plural(2624, "image") == "2,624 images"
    assert plural(0, "class", "classes") == "0 classes"


def test_text_is_shortened_to_one_printable_line():
    """Control characters cannot reach a terminal, and long names keep both ends."""
    assert shortened("a\nb\x1b[31m") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"
    assert len(shortened("x" * 500, 81)) == 81
    assert shortened("begin" + "x" * 500 + "end", 21).endswith("end")

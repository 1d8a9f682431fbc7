from __future__ import annotations

import base64

from regraft.evaluation import assess
from regraft.reports.pictures import Pictures, pictured_mistakes, pictured_pairs


def test_a_picture_becomes_a_data_uri():
    """The JPEG's bytes travel inside the page."""
    uri = Pictures(lambda path: path.encode()).uri("a.jpg")
    assert uri == "data:image/jpeg;base64," + base64.b64encode(b"a.jpg").decode()


def test_each_picture_is_asked_for_once():
    """A picture that is shown twice is decoded once; one that is not there is not tried again."""
    asked = []
    pictures = Pictures(asked.append)
    assert pictures
    assert [pictures.uri("a"), pictures.uri("a"), pictures.uri("b")] == [None] * 3
    assert asked == ["a", "b"]


def test_without_a_function_there_are_no_pictures():
    """No thumbnails were wanted: nothing is asked for."""
    assert not Pictures(None)
    assert Pictures(None).uri("a") is None


def test_the_page_carries_about_sixty_pictures_at_most(make_predictions):
    """However many mistakes there are, few are pictured."""
    found = assess(make_predictions(n=2000, k=12, sharpness=0), train_counts=None)
    pictures = Pictures(lambda _path: b"x")
    pairs, mistakes = pictured_pairs(found.confused, pictures), pictured_mistakes(found.mistakes, pictures)
    assert sum(len(pair.examples) for pair in pairs) + len(mistakes) <= 60
    assert all(example.picture for pair in pairs for example in pair.examples)

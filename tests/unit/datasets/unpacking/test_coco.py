"""COCO's annotations become one class for each photo, and nothing else is believed."""

from __future__ import annotations

import json

import pytest

from little_sets import instances, zipped
from regraft.core import FetchError, OptionError
from regraft.datasets.unpacking.coco import COCO_CATEGORIES, Foreground
from regraft.datasets.unpacking.coco_annotations import label_photos, read_annotations


def label(content, **foreground):
    """The classes by the photos' numbers."""
    found = label_photos(json.dumps(content).encode(), "instances.json", Foreground(**foreground))
    return {int(name.removesuffix(".jpg")): class_name for name, class_name in found.items()}


def test_the_largest_object_decides():
    """Several small people are no person; one large one is, wherever it stands."""
    content = instances(4, 0)
    content["annotations"] = [
        {"image_id": 1, "category_id": 1, "area": 60},
        {"image_id": 1, "category_id": 1, "area": 60},
        {"image_id": 2, "category_id": 1, "area": 10},
        {"image_id": 2, "category_id": 1, "area": 100.5},
        {"image_id": 2, "category_id": 1, "area": 10},
        {"image_id": 3, "category_id": 18, "area": 20_000},
        {"image_id": 9, "category_id": 1, "area": 20_000},
    ]
    assert label(content) == {0: "background", 1: "background", 2: "person", 3: "background"}


def test_the_order_of_the_arrays_does_not_matter():
    """Categories come last in COCO's files, and need not."""
    content = instances(8, 0)
    assert label(dict(reversed(content.items()))) == label(content)


def test_the_threshold_is_a_part_of_the_photo():
    """With none, any object counts."""
    assert set(label(instances(4, 0), area=0).values()) == {"person", "background"}
    assert list(label(instances(4, 0), area=0).values()).count("person") == 2
    assert set(label(instances(4, 0), area=0.5).values()) == {"background"}


@pytest.mark.parametrize("name", ["../0.jpg", "/etc/passwd", "a/b.jpg", "x.sh", "", "\x1b[2J.jpg"])
def test_names_that_lead_elsewhere(name):
    """The photos' names are names only."""
    content = instances(1, 0)
    content["images"][0]["file_name"] = name
    with pytest.raises(FetchError, match=r"instances\.json is damaged \(.* is no name of a photo"):
        label(content)


@pytest.mark.parametrize(
    ("key", "element"),
    [
        ("images", {"id": 1}),
        ("images", {"id": 1, "file_name": 3, "height": 1, "width": 1}),
        ("images", {"id": "x", "file_name": "1.jpg", "height": 1, "width": 1}),
        ("images", {"id": 1, "file_name": "1.jpg", "height": None, "width": 1}),
        ("annotations", {"image_id": 1, "category_id": 1, "area": "large"}),
        ("annotations", 3),
        ("categories", []),
    ],
)
def test_annotations_that_are_none(key, element):
    """What is missing or of another kind is damage."""
    content = instances(2, 0)
    content[key].append(element)
    with pytest.raises(FetchError, match=r"instances\.json is damaged"):
        label(content)


def test_numbers_are_read_as_python_reads_them():
    """Ids as text or with a fraction of nothing, areas as text, and unused categories without an id are no damage."""
    content = instances(4, 0)
    expected = label(content)
    for photo in content["images"]:
        photo |= {"id": str(photo["id"]), "height": float(photo["height"])}
    for shown in content["annotations"]:
        shown |= {"image_id": float(shown["image_id"]), "area": str(shown["area"])}
    content["categories"] = [{"id": None, "name": "unused"}, {"name": 3}, {"id": "1", "name": "person"}]
    assert label(content) == expected
    content["categories"] = [{"id": None, "name": "person"}]
    with pytest.raises(FetchError, match=r"instances\.json is damaged"):
        label(content)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"images": [', b'{"a": \xff}', b'{"a": ' + b"[" * 100_000, b"{} {}"])
def test_what_is_no_such_file(content):
    """Cut off, of another kind, no text or without end: it is damage in words."""
    with pytest.raises(FetchError, match=r"instances\.json is damaged"):
        label_photos(content, "instances.json", Foreground())


def test_categories_that_are_not_there():
    """Annotations of something else are named."""
    with pytest.raises(FetchError, match=r"knows 4 photos and no category 'zebra'"):
        label(instances(4, 0), category="zebra")
    with pytest.raises(FetchError, match="knows 0 photos"):
        label({"images": [], "categories": [{"id": 1, "name": "person"}]})


def test_annotations_in_a_zip_file_and_in_a_folder(tmp_path):
    """Both are COCO's own layouts; a file that is not there is named."""
    (tmp_path / "a.zip").write_bytes(zipped([("annotations/x.json", "{}")]))
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "x.json").write_text("{}")
    for source in (tmp_path / "a.zip", tmp_path / "annotations"):
        assert read_annotations(source, "x.json", 1000) == b"{}"
        with pytest.raises(FetchError, match=r"has no .*y\.json"):
            read_annotations(source, "y.json", 1000)
        with pytest.raises(FetchError, match="unpacked it would have 2 bytes"):
            read_annotations(source, "x.json", 1)


def test_there_are_eighty_categories():
    """A wrong name is answered with near ones."""
    assert len(COCO_CATEGORIES) == 80
    with pytest.raises(OptionError, match="Did you mean traffic light"):
        COCO_CATEGORIES["trafic light"]

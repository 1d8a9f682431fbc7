from __future__ import annotations

import pytest

from regraft.core import DataError, OptionError
from regraft.data.grouping import file_series, group_names
from regraft.data.reading import Reading
from regraft.data.sources import read_manifest


def in_series(*paths):
    return [[paths[row] for row in series] for series in file_series(paths)]


def test_one_numbering_over_folders_is_one_series():
    """Where no name is there twice, files are in the natural order of their names, whatever their folders."""
    assert in_series("bad/cell10.png", "bad/cell2.png", "good/cell1.png", "good/cell9.png") == [
        ["good/cell1.png", "bad/cell2.png", "good/cell9.png", "bad/cell10.png"]
    ]


def test_folders_that_count_from_the_beginning_are_series_of_their_own():
    """Where names come back in another folder, files are neighbours in their folder only; folders are ordered, too."""
    assert in_series("k10/1.png", "k9/10.png", "k9/1.png", "k9/9.png") == [
        ["k9/1.png", "k9/9.png", "k9/10.png"],
        ["k10/1.png"],
    ]


def test_a_few_copies_do_not_make_another_numbering():
    """One name in ten may be there twice: the copies stand side by side."""
    paths = [f"{'ab'[number % 2]}/{number}.png" for number in range(30)]
    series = in_series(*paths, "b/4.png")
    assert len(series) == 1
    assert series[0][4:6] == ["a/4.png", "b/4.png"]


def test_no_files_are_no_series():
    """Nothing in, nothing out."""
    assert file_series([]) == []


def test_order_makes_blocks_of_neighbours():
    """Each N neighbours are a group, named by its first and last file; the last one is shorter."""
    assert group_names(["b/3.png", "a/1.png", "b/2.png"], "order:2") == [
        "b/3.png to b/3.png",
        "a/1.png to b/2.png",
        "a/1.png to b/2.png",
    ]


def test_blocks_end_with_their_folder():
    """Where each folder counts by itself no block holds files of two."""
    groups = group_names([f"{folder}/{number}.png" for folder in "ab" for number in range(3)], "order:2")
    assert groups == ["a/0.png to a/1.png"] * 2 + ["a/2.png to a/2.png"] + ["b/0.png to b/1.png"] * 2 + [
        "b/2.png to b/2.png"
    ]


def test_blocks_do_not_depend_on_the_order_of_listing():
    """The same files in another order have the same groups."""
    paths = [f"{'xyz'[number % 3]}/img{number}.png" for number in range(100)]
    shuffled = sorted(paths)[::-1]
    one = dict(zip(paths, group_names(paths, "order:7"), strict=True))
    two = dict(zip(shuffled, group_names(shuffled, "order:7"), strict=True))
    assert one == two


@pytest.mark.parametrize("expression", ["order:", "order:1", "order:0", "order:-3", "order:six", "order:6.5"])
def test_an_order_without_a_number_is_an_error(expression):
    """What begins with order: must say how many neighbours, in a sentence that shows how."""
    with pytest.raises(OptionError, match=r"names no number of neighbouring files.*order:60 keeps"):
        group_names(["a.png"], expression)


def test_a_folder_is_read_in_blocks(write_files):
    """A folder's groups are blocks of neighbours over its class folders."""
    folder = write_files("cat/1.jpg", "dog/2.jpg", "dog/3.jpg", "cat/4.jpg")
    manifest = read_manifest(folder, Reading(group_by="order:2"))
    groups = dict(zip(manifest.paths, manifest.groups, strict=True))
    assert groups["cat/1.jpg"] == groups["dog/2.jpg"] != groups["dog/3.jpg"] == groups["cat/4.jpg"]


def test_a_table_is_read_in_blocks(tmp_path):
    """A table's files are neighbours by their names, whatever the order of its rows; its own groups give way."""
    table = tmp_path / "t.csv"
    table.write_text("path,label,group\n3.jpg,x,g\n1.jpg,x,g\n4.jpg,y,g\n2.jpg,y,g\n", encoding="utf-8")
    groups = read_manifest(table, Reading(group_by="order:2")).groups
    assert groups == ("1.jpg to 2.jpg",) * 2 + ("3.jpg to 4.jpg",) * 2


def test_one_block_of_all_images_is_refused(write_files):
    """Nothing would be left to test on."""
    with pytest.raises(DataError, match=r"'order:9' puts all 2 images into one group.* take fewer neighbours"):
        read_manifest(write_files("cat/1.jpg", "dog/2.jpg"), Reading(group_by="order:9"))

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.data.folders.layouts import place_images, read_layout
from regraft.data.folders.split_words import agreeing_splits, is_annotation, is_filler, split_word


@pytest.mark.parametrize(
    ("name", "split", "rest"),
    [
        ("train", "train", ()),
        ("Valid", "val", ()),
        ("training_set", "train", ()),
        ("test-set", "test", ()),
        ("val data", "val", ()),
        ("valData", "val", ()),
        ("trainset", "train", ()),
        ("testImages", "test", ()),
        ("imgs_train", "train", ()),
        ("train2017", "train", ()),
        ("train_1", "train", ()),
        ("X_train", "train", ("x",)),
        ("Final_Training", "train", ()),
        ("seg_pred_train", "train", ("pred",)),
        ("BelgiumTSC_Testing", "test", ("belgium", "tsc")),
        ("ILSVRC2012_img_val", "val", ("ilsvrc",)),
        ("test_tube", "test", ("tube",)),
        ("evaluation", "test", ()),
    ],
)
def test_a_word_is_a_whole_part_of_a_name(name, split, rest):
    """Parts are told apart by signs, numbers and capitals; fillers and numbers mean nothing."""
    word = split_word(name)
    assert (word.split, word.rest) == (split, rest)


@pytest.mark.parametrize("name", ["cat", "invalid", "trainer", "contest", "trained", "train_test", "attestation", ""])
def test_other_words_are_none(name):
    """A word inside of another one says nothing, nor do two at once."""
    assert split_word(name) is None


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        ({"seg_train", "seg_test", "seg_pred"}, {"seg_train": "train", "seg_test": "test"}),
        ({"train", "car"}, {"train": "train"}),
        ({"train_images", "car"}, {}),
        ({"train_images", "validation_set", "x"}, {"train_images": "train", "validation_set": "val"}),
        ({"test_tube", "training_shoe", "beaker"}, {}),
        ({"train_a", "train_b"}, {}),
        ({"training", "evaluation"}, {"training": "train", "evaluation": "test"}),
        ({"evaluation", "planning"}, {}),
    ],
)
def test_names_agree(names, splits):
    """What is not plainly a split's name needs another split beside it that is called alike."""
    assert agreeing_splits(names) == splits


def test_names_that_mean_nothing():
    """Folders of images and of masks are known by their names; a number is a class."""
    assert all(map(is_filler, ("images", "Photos 2", "my-dataset".removeprefix("my-"), "IMG")))
    assert not any(map(is_filler, ("7", "cat", "", "masks", "cat_images")))
    assert all(map(is_annotation, ("masks", "Annotations", "image_labels")))
    assert not any(map(is_annotation, ("images", "cat masks", "")))


SPLIT_LAYOUTS = {
    "Kaggle's Intel images": (
        "seg_train/seg_train/sea/1.jpg seg_train/seg_train/ice/1.jpg seg_test/seg_test/sea/1.jpg "
        "seg_pred/seg_pred/1.jpg",
        "train:sea train:ice test:sea -",
    ),
    "sets of sets": (
        "training_set/training_set/cat/1.jpg training_set/training_set/dog/1.jpg test_set/test_set/cat/2.jpg",
        "train:cat train:dog test:cat",
    ),
    "GTSRB": (
        "GTSRB/Final_Training/Images/00/1.ppm GTSRB/Final_Training/Images/01/1.ppm GTSRB/Final_Test/Images/1.ppm",
        "train:00 train:01 test:-",
    ),
    "fruits": (
        "fruits/Training/Pear/1.jpg fruits/Training/Fig/1.jpg fruits/Test/Pear/1.jpg fruits/test-multiple_fruits/1.jpg",
        "train:Pear train:Fig test:Pear -",
    ),
    "plants": (
        "New Plants/New Plants/train/a/1.jpg New Plants/New Plants/train/b/1.jpg "
        "New Plants/New Plants/valid/a/1.jpg test/test/3.jpg",
        "train:a train:b val:a test:-",
    ),
    "X-rays, packed twice": (
        "chest/train/a/1.jpg chest/train/b/1.jpg chest/test/a/1.jpg chest/chest/train/a/1.jpg",
        "train:a train:b test:a -",
    ),
    "test without labels": (
        "train/cat/1.jpg train/dog/1.jpg test/1.jpg test/2.jpg",
        "train:cat train:dog test:- test:-",
    ),
    "images at the top": ("train/cat/1.jpg test/cat/1.jpg 1.jpg", "train:cat test:cat -"),
    "images beside classes": ("1.jpg cat/1.jpg dog/1.jpg", "- cat dog"),
    "deep inside": ("data/archive/train/cat/1.jpg data/archive/val/cat/1.jpg", "train:cat val:cat"),
    "a common folder in each split": (
        "train/flowers/rose/1.jpg train/flowers/tulip/1.jpg test/flowers/rose/1.jpg",
        "train:rose train:tulip test:rose",
    ),
    "parts with splits": ("a/train/x/1.jpg a/test/x/1.jpg b/train/y/1.jpg", "train:x test:x train:y"),
    "samples beside a set": ("set/train/x/1.jpg set/test/x/1.jpg samples/1.jpg", "train:x test:x -"),
    "splits in classes": ("cat/train/1.jpg cat/test/2.jpg dog/train/1.jpg", "train:cat test:cat train:dog"),
    "splits in some classes": ("cat/train/1.jpg cat/test/2.jpg dog/1.jpg", "train:cat test:cat dog"),
    "Food-11": ("training/a/1.jpg evaluation/a/1.jpg validation/b/1.jpg", "train:a test:a val:b"),
    "a class called like a split in splits": (
        "train/car/1.jpg train/train/1.jpg test/train/2.jpg test/car/1.jpg",
        "train:car train:train test:train test:car",
    ),
    "splits called differently": ("train-small/a/1.jpg train-small/b/1.jpg big_test/a/1.jpg", "train:a train:b test:a"),
    "a class called photo": ("train/photo/1.jpg train/art/1.jpg val/photo/1.jpg", "train:photo train:art val:photo"),
    "two trainings": (
        "train/a/1.jpg train/b/1.jpg train_more/a/1.jpg test/a/1.jpg test-odd/1.jpg",
        "train:a train:b train:a test:a -",
    ),
    "rock, paper, scissors": (
        "rps/rps/a/1.jpg rps/rps/b/1.jpg rps-test-set/rps-test-set/a/1.jpg",
        "train:a train:b test:a",
    ),
    "no word for training": ("data/a/1.jpg data/b/1.jpg test/a/1.jpg val/b/1.jpg", "train:a train:b test:a val:b"),
    "masks in a split": (
        "train/images/a/1.jpg train/images/b/1.jpg train/masks/a/1.png test/images/a/1.jpg",
        "train:a train:b train:- test:a",
    ),
    "a test set without class folders": (
        "train/n01/images/1.jpg train/n02/images/1.jpg val/images/1.jpg",
        "train:n01 train:n02 val:-",
    ),
    "training alone": ("train/cat/1.jpg train/dog/1.jpg unlabelled/1.jpg", "train:cat train:dog -"),
}
CLASS_LAYOUTS = {
    "a wrapping": ("photos/cat/1.jpg photos/dog/1.jpg", "cat dog"),
    "many wrappings": ("a/b/c/cat/1.jpg a/b/c/dog/1.jpg", "cat dog"),
    "a wrapping with an image beside": ("logo.png photos/cat/1.jpg photos/dog/1.jpg", "- cat dog"),
    "masks beside images": ("images/cat/1.jpg images/dog/1.jpg masks/cat/1.png", "cat dog -"),
    "one class alone": ("cat/siamese/1.jpg", "cat"),
    "a class in a folder called so": ("images/cat/1.jpg", "cat"),
    "classes of classes": ("animals/cat/1.jpg animals/dog/1.jpg vehicles/car/1.jpg", "animals animals vehicles"),
    "a folder in each": ("cat/images/1.jpg dog/images/1.jpg", "cat dog"),
    "train beside car and plane": ("car/1.jpg plane/1.jpg train/1.jpg", "car plane train"),
    "train with folders beside car and plane": ("car/1.jpg plane/1.jpg train/steam/1.jpg", "car plane train"),
    "deep classes": ("car/a/1.jpg plane/b/1.jpg train/c/1.jpg", "car plane train"),
    "valid beside invalid": ("valid/1.jpg invalid/1.jpg", "valid invalid"),
    "test and train beside as many": ("train/1.jpg test/1.jpg car/1.jpg exam/1.jpg", "train test car exam"),
    "test tubes": ("test_tube/1.jpg beaker/1.jpg training_shoe/1.jpg", "test_tube beaker training_shoe"),
    "classes with the same folders": (
        "test_tube/top/1.jpg training_shoe/top/1.jpg beaker/top/1.jpg",
        "test_tube training_shoe beaker",
    ),
    "masks in each class": ("a/images/1.png a/masks/1.png b/images/1.png b/masks/1.png", "a - b -"),
    "images and masks alone": ("images/1.jpg annotations/trimaps/1.png", "- -"),
    "the same once more": ("yes/1.jpg no/1.jpg brain/yes/1.jpg brain/no/1.jpg", "yes no - -"),
    "tubes with sides": (
        "test_tube/top/1.jpg test_tube/side/1.jpg beaker/top/1.jpg beaker/side/1.jpg",
        "test_tube test_tube beaker beaker",
    ),
    "passports": ("valid_passport/1.jpg test_passport/1.jpg", "valid_passport test_passport"),
    "folds": ("fold1/a/1.jpg fold1/b/1.jpg fold2/a/1.jpg fold2/b/1.jpg", "fold1 fold1 fold2 fold2"),
}


def said(paths, split_folders="auto"):
    """What is read of paths: split:class for each, - for none."""
    return " ".join(
        ":".join(filter(None, (split, name or "-"))) for split, name in place_images(paths.split(" "), split_folders)
    )


@pytest.mark.parametrize(
    ("paths", "expected"), (SPLIT_LAYOUTS | CLASS_LAYOUTS).values(), ids=SPLIT_LAYOUTS | CLASS_LAYOUTS
)
def test_layouts(paths, expected):
    """Folders mean what whoever made them meant: splits, classes, wrappings."""
    paths = paths.replace("New Plants", "New\N{NO-BREAK SPACE}Plants")
    assert said(paths) == expected


@pytest.mark.parametrize("paths", [paths for paths, _said in CLASS_LAYOUTS.values() if "train/" in paths])
def test_the_way_out(paths):
    """`yes` makes splits of what is called plainly like one, `no` makes none of anything."""
    assert any(place.startswith("train") for place in said(paths, "yes").split())
    assert not read_layout(["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg"], "no").splits
    assert said("train/a/1.jpg train/b/1.jpg test/a/1.jpg", "no") == "train train test"


NAMES = st.sampled_from(["train", "test", "seg_train", "seg_val", "images", "masks", "cat", "dog", "a"])
TREES = st.lists(st.lists(NAMES, max_size=6).map(lambda names: "/".join([*names, "1.jpg"])), min_size=1, max_size=12)


@given(paths=TREES, choice=st.sampled_from(["auto", "yes", "no"]))
def test_any_tree_is_read(paths, choice):
    """Every tree has a meaning, the same whatever the order of its paths; a class's name is one of its folders'."""
    places = dict(zip(paths, place_images(paths, choice), strict=True))
    assert places == dict(zip(sorted(paths), place_images(sorted(paths), choice), strict=True))
    for path, (_split, name) in places.items():
        assert name is None or name in path.split("/")[:-1]


def test_a_deep_tree():
    """Thousands of folders in each other are no recursion."""
    deep = "/".join(["x"] * 3000)
    assert place_images([f"{deep}/cat/1.jpg", f"{deep}/dog/1.jpg"]) == [(None, "cat"), (None, "dog")]
    splits = "/".join(["train/a"] * 1500)
    assert place_images([f"{splits}/1.jpg", "b/c/1.jpg", "c/b/1.jpg"])[0][1] is not None


@pytest.mark.slow
def test_thousands_of_folders_that_speak_of_splits():
    """Folders whose names all hold a split's word are compared by their other words, not each with each."""
    letters = "abcdefghijklmnopqrst"
    names = [f"train_{one}{two}{three}z" for one in letters for two in letters for three in letters]
    assert agreeing_splits(names) == {}
    assert len(read_layout([f"{name}/{row}/1.jpg" for row, name in enumerate(names)]).classes) == len(names)

"""Small copies of published data sets, from a server to folders that every verb reads."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from little_sets import (
    FLOWERS,
    SYNSETS,
    VALIDATION_LABELS,
    WORDS,
    cifar_batch,
    digits,
    instances,
    little_row,
    make_flowers,
    make_visualwakewords,
    numbers,
    photo,
    zipped,
)
from publisher import Fault
from regraft.core import FetchError, OptionError, SilentProgress
from regraft.data import read_manifest
from regraft.datasets.provenance import read_provenance
from regraft.datasets.unpacking.cifar import CIFAR10_CLASSES

BROUGHT = ("ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar")


def sides(folder):
    """How many images are in each split."""
    return dict(Counter(read_manifest(folder).splits))


def pixels(path):
    """An image, as an independent program decodes it."""
    with Image.open(path) as image:
        return np.asarray(image)


def test_flowers_with_some_held_out(get_little, tmp_path):
    """The photos are the archive's, five of them in val, and the photographers' names are beside them."""
    result = get_little("flowers")
    manifest = read_manifest(tmp_path / "flowers")
    assert manifest.class_names == FLOWERS
    assert sides(tmp_path / "flowers") == {"train": 15, "val": 5}
    assert (result.provenance.n_images, manifest.remarks) == (20, ())
    assert (tmp_path / "flowers" / "LICENSE.txt").read_bytes() == b"CC-BY by A, B and C"
    for path in manifest.files():
        number, name, _rest = path.name.split("_")
        assert path.read_bytes() == photo((name, int(number)))


def test_the_same_flowers_are_held_out_everywhere(get_little, tmp_path):
    """The choice depends on the photos' names only, not on their order in the archive."""
    get_little("flowers")
    get_little("flowers", tmp_path / "backwards", files=make_flowers(step=-1))
    for place in ("flowers", "backwards"):
        assert sorted(path.name for path in (tmp_path / place / "val").glob("*/*")) == [
            "0_dandelion_n.jpg",
            "0_roses_n.jpg",
            "2_dandelion_n.jpg",
            "3_daisy_n.jpg",
            "3_tulips_n.jpg",
        ]


def test_hymenoptera_has_its_publishers_split(get_little, tmp_path):
    """Names with brackets and `.jpeg` are taken; the picture that says that there is none is not."""
    get_little("hymenoptera")
    manifest = read_manifest(tmp_path / "hymenoptera")
    assert manifest.class_names == ("ants", "bees")
    assert sides(tmp_path / "hymenoptera") == {"train": 7, "val": 4}
    assert (tmp_path / "hymenoptera" / "train" / "ants" / "formica.jpeg").read_bytes() == photo("formica")


def test_mnist_as_grey_pictures(get_little, tmp_path):
    """Each picture has the pixels and the label of its number in the publisher's files."""
    get_little("mnist")
    assert sides(tmp_path / "mnist") == {"train": 20, "test": 10}
    assert read_manifest(tmp_path / "mnist").class_names == tuple("0123456789")
    for side in ("train", "test"):
        for number, (values, label) in enumerate(zip(*digits(side), strict=True)):
            np.testing.assert_array_equal(pixels(tmp_path / "mnist" / side / str(label) / f"{number:05d}.png"), values)


def test_cifar10_as_colour_pictures(get_little, tmp_path):
    """Planes become pixels, numbers become class folders."""
    get_little("cifar10")
    assert sides(tmp_path / "cifar10") == {"train": 50, "test": 10}
    assert read_manifest(tmp_path / "cifar10").class_names == CIFAR10_CLASSES
    for side, name in (("train", "data_batch_3"), ("test", "test_batch")):
        for number, (planes, label) in enumerate(zip(*cifar_batch(name), strict=True)):
            path = tmp_path / "cifar10" / side / CIFAR10_CLASSES[label] / f"{name}-{number:05d}.png"
            np.testing.assert_array_equal(pixels(path), planes.transpose(1, 2, 0))


def test_imagenet_from_the_users_archives(get_little, tmp_path):
    """A tar of tars and a flat tar become synset folders; words are kept for the synsets that there are."""
    result = get_little("imagenet", brought=BROUGHT)
    folder = tmp_path / "imagenet"
    assert sides(folder) == {"train": 6, "val": 4}
    assert read_manifest(folder).class_names == SYNSETS
    assert (folder / "train" / "n01443537" / "n01443537_1.JPEG").read_bytes() == photo(("n01443537", 1))
    for number, label in enumerate(VALIDATION_LABELS):
        assert (folder / "val" / label / f"ILSVRC2012_val_{number + 1:08d}.JPEG").read_bytes() == photo(number)
    assert read_provenance(folder).class_words == WORDS
    assert [record.is_brought for record in result.provenance.archives] == [True, True, False, False]
    assert [record.is_verified for record in result.provenance.archives] == [True, True, False, False]


def test_visual_wake_words_are_a_question_of_area(get_little, tmp_path):
    """A person of more than 0.5 % of the photo counts; one of just as much, a dog and nothing do not."""
    result = get_little("visualwakewords")
    folder = tmp_path / "visualwakewords"
    assert read_manifest(folder).class_names == ("background", "person")
    assert sides(folder) == {"train": 8, "val": 4}
    assert sorted(path.stem for path in folder.glob("*/person/*")) == [f"{k:012d}" for k in (0, 4, 100)]
    assert result.provenance.settings == {"category": "person", "area": 0.005}


def test_visual_wake_words_of_another_category(get_little, tmp_path):
    """Another category and another area make another data set, which is not taken for the first."""
    get_little("visualwakewords", foreground_class="dog", small_object_area=0.4)
    folder = tmp_path / "visualwakewords"
    assert sorted(path.stem for path in folder.glob("*/dog/*")) == [f"{k:012d}" for k in (2, 6, 102)]
    with pytest.raises(OptionError, match=r"holds the data set visualwakewords, category dog, area 0\.4\. Choose"):
        get_little("visualwakewords")
    assert get_little("visualwakewords", foreground_class="dog", small_object_area=0.4).was_there


class _Memory(SilentProgress):
    """Counts what is held of what was read of COCO's annotations, whenever photos are unpacked."""

    def __init__(self):
        self.n_held_bytes = []

    def say(self, text):
        if text.startswith("Reading instances_"):
            tracemalloc.start()

    def start(self, task, _n_total, unit="images"):
        if task.startswith("Unpacking ") and tracemalloc.is_tracing():
            assert unit == "images"
            self.n_held_bytes.append(tracemalloc.get_traced_memory()[0])
            tracemalloc.stop()


def test_annotations_are_not_held_while_photos_are_unpacked(get_little):
    """Of half a gigabyte of COCO's annotations only the labels are kept."""
    files, memory = make_visualwakewords(), _Memory()
    info = {"info": numbers("info", 1_000_000).hex()}
    members = [
        (f"annotations/instances_{side}2017.json", json.dumps(instances(n_photos, first) | info).encode())
        for side, n_photos, first in (("train", 8, 0), ("val", 4, 100))
    ]
    get_little("visualwakewords", files=files | {"annotations_trainval2017.zip": zipped(members)}, progress=memory)
    assert len(memory.n_held_bytes) == 2
    assert max(memory.n_held_bytes) < 1_000_000


def test_options_of_another_data_set(get_little):
    """An option that would do nothing, and a category that nobody knows, are mistakes."""
    with pytest.raises(OptionError, match="--small-object-area is for visualwakewords, not for flowers"):
        get_little("flowers", small_object_area=0.1)
    with pytest.raises(OptionError, match=r"no category of COCO called 'persn'\. Did you mean person"):
        get_little("visualwakewords", foreground_class="persn")


@pytest.mark.parametrize("name", ["flowers", "mnist", "cifar10", "hymenoptera", "visualwakewords"])
def test_a_bad_day_changes_nothing(name, get_little, publisher, tmp_path):
    """With dropped connections the next runs go on, and what is made is the same as on a good day."""
    expected = get_little(name, tmp_path / "good").provenance.blake3
    publisher.faults = [Fault(drop_after=700), Fault(drop_after=100)]
    for _attempt in range(2):
        with pytest.raises(FetchError, match=r"are kept.*same command again"):
            get_little(name, tmp_path / "bad")
        assert not (tmp_path / "bad").exists()
    assert get_little(name, tmp_path / "bad").provenance.blake3 == expected
    assert {path.name for path in tmp_path.iterdir()} == {"good", "bad"}


def test_a_wrong_checksum_is_refused(get_little, tmp_path):
    """What is not the published file is removed, and nothing is unpacked."""
    row = little_row("flowers", make_flowers())
    with pytest.raises(FetchError, match=r"flower_photos\.tgz is not the published file: .* It was removed"):
        get_little("flowers", files=make_flowers(n_images=5), row=row)
    assert [path.name for path in (tmp_path / ".flowers.getting").iterdir()] == ["lock.sqlite"]


def test_photos_that_annotations_do_not_know(get_little):
    """Archives that do not belong together are refused."""
    files = make_visualwakewords()
    files["val2017.zip"] = files["train2017.zip"]
    with pytest.raises(FetchError, match=r"val2017\.zip has none of the expected images"):
        get_little("visualwakewords", files=files)

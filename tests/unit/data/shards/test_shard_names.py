from __future__ import annotations

import pytest

from regraft.data.shards.shard_names import find_missing, shard_format, shard_split
from regraft.datasets.writing import make_shard_name


@pytest.mark.parametrize(
    ("name", "kind", "split"),
    [
        ("flowers_train_00000-of-00005.tfrecord", "tfrecord", "train"),
        ("flowers_validation_00004-of-00005.tfrecord", "tfrecord", "val"),
        ("cifar10_test.tfrecord", "tfrecord", "test"),
        ("mnist_train.tfrecord", "tfrecord", "train"),
        ("train-00000-of-01024", "tfrecord", "train"),
        ("validation-00127-of-00128", "tfrecord", "val"),
        ("val.tfrecords", "tfrecord", "val"),
        ("train-000000.tar", "webdataset", "train"),
        ("imagenet-val-000012.TAR", "webdataset", "val"),
        ("data/train-00000-of-00005.parquet", "parquet", "train"),
        ("data/train-00000-of-00005-0123456789abcdef.parquet", "parquet", "train"),
        ("default/test/0000.parquet", "parquet", "test"),
        ("train_set/photos_00000-of-00002.tfrecord", "tfrecord", "train"),
        ("trained_00000-of-00002.tfrecord", "tfrecord", None),
        ("images-00000-of-00002.parquet", "parquet", None),
        ("labels.txt", None, None),
        ("notes-1-of-2.txt", None, None),
        ("model.tar.gz", None, None),
    ],
)
def test_what_a_name_says(name, kind, split):
    """Format and split of the shards of TF-Slim, ImageNet, WebDataset and Hugging Face."""
    assert (shard_format(name), shard_split(name)) == (kind, split)


def test_missing_shards():
    """What the others' names count is missed; names that count nothing miss nothing."""
    names = ("a/x_00000-of-00003.tfrecord", "a/x_00002-of-00003.tfrecord", "train-00000-of-00001", "y-000005.tar")
    assert [(shard.name, shard.n_expected) for shard in find_missing(names)] == [("a/x_00001-of-00003.tfrecord", 3)]
    assert find_missing(("x-00000-of-999999999",)) == []


@pytest.mark.parametrize("kind", ["tfrecord", "webdataset", "parquet"])
@pytest.mark.parametrize("split", ["train", "val", "test", None])
@pytest.mark.parametrize("dataset", ["flowers", "train", "my-test", "Größe", "a/b", ""])
def test_a_made_name_says_its_split(kind, split, dataset):
    """Whatever the data set is called, a shard's name is read as it was meant."""
    name = make_shard_name(kind, dataset, split, 3, 5)
    assert (shard_format(name), shard_split(name)) == (kind, split)

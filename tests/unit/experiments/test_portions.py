"""Who is learnt from, who judges and who is measured on, by what the folders say."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import DataError, digest_bytes
from regraft.experiments.dataset_features import DatasetFeatures
from regraft.experiments.portions import portion_for_probe, portion_out
from regraft.experiments.probe_options import ExperimentOptions


@pytest.fixture
def divide(make_manifest):
    """A data set of two classes whose images lie in some splits, as it is before its network is asked for anything."""

    def make(**n_images):
        splits = [None if name == "none" else name for name, n in n_images.items() for _ in range(n)]
        manifest = make_manifest([("a", "b")[row % 2] for row in range(len(splits))], splits)
        digests = tuple(digest_bytes(str(row).encode()) for row in range(len(splits)))
        features = np.zeros((len(splits), 1), np.float32)
        return DatasetFeatures(manifest, digests, features, (), 0, networks=None)

    return make


def for_a_training(data):
    return portion_out(data, ExperimentOptions())


def for_a_probe(data):
    return portion_for_probe(data, 0.25, 0)


def codes(data):
    """What is said of the data."""
    return [finding.code for finding in data.manifest.remarks]


def rows(first, n):
    """As many from that one on."""
    return list(range(first, first + n))


def test_validation_images_judge_and_are_not_trained_on(divide):
    """Each side is the user's own, and who judges is said."""
    data, portions = for_a_training(divide(train=30, val=20, test=10))
    assert portions.own.train.tolist() == portions.train.tolist() == rows(0, 30)
    assert portions.own.validation.tolist() == portions.judges.tolist() == rows(30, 20)
    assert portions.test.tolist() == rows(50, 10)
    assert portions.seen.tolist() == rows(0, 50)
    assert codes(data) == ["own_validation"]


def test_what_judges_cannot_measure(divide):
    """Without test images these are held out of the training images; that chance decides among few is said, too."""
    data, portions = portion_out(divide(val=4, train=40), ExperimentOptions(test_fraction=0.25))
    assert portions.judges.tolist() == rows(0, 4)
    assert len(portions.test) == 10
    assert sorted([*portions.train, *portions.test]) == rows(4, 40)
    assert codes(data) == ["own_validation", "test_from_train", "few_validation"]


def test_without_splits_nobody_judges_beforehand(divide):
    """A part is held out for the test, all others may be looked at, and there is nothing to say."""
    data, portions = portion_out(divide(none=40), ExperimentOptions(test_fraction=0.25))
    assert portions.own is None
    assert len(portions.test) == 10
    assert portions.seen.tolist() == portions.train.tolist()
    assert sorted([*portions.train, *portions.test]) == rows(0, 40)
    assert codes(data) == []


@pytest.mark.parametrize("portion", [for_a_training, for_a_probe])
def test_validation_images_are_all_there_is_to_train_on(divide, portion):
    """Beside test images and nothing else, they are trained on, which is a warning."""
    data, portions = portion(divide(val=12, test=6))
    assert portions.train.tolist() == rows(0, 12)
    assert portions.test.tolist() == rows(12, 6)
    assert portions.own is None
    assert codes(data) == ["validation_trained_on"]


@pytest.mark.parametrize(("n_test", "n_train", "code"), [(10, 50, "validation_joined"), (0, 30, "validation_is_test")])
def test_a_probe_needs_no_judges(divide, n_test, n_train, code):
    """Its validation images are trained on, or are the test where there is none; either is said."""
    data, portions = for_a_probe(divide(train=30, val=20, test=n_test))
    assert len(portions.judges) == 0
    assert portions.train.tolist() == rows(0, n_train)
    assert portions.test.tolist() == rows(n_train, 60 - n_train if n_test else 20)
    assert codes(data) == [code]


def test_a_side_that_would_be_empty_is_a_sentence(divide):
    """It counts both sides and says what to do."""
    with pytest.raises(DataError, match=r"^Of 1 readable image 1 would be trained on and 0 tested on: .*Add images"):
        for_a_training(divide(none=1))

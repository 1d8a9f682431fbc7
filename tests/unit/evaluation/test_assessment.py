from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from regraft.core import DataError
from regraft.evaluation import Assessment, Predictions, assess


def test_an_assessment_survives_json(make_predictions):
    """The value that is read from JSON is the one that was written."""
    found = assess(make_predictions(n=70, k=8, group_size=2, unknown=5), train_counts=range(8))
    assert Assessment.model_validate_json(found.model_dump_json()) == found


def test_the_confusion_matrix_can_be_had_back(make_predictions):
    """Classes and confused pairs together hold the whole matrix."""
    predictions = make_predictions(n=200, k=6, sharpness=0.5)
    found = assess(predictions, train_counts=None)
    expected = metrics.confusion_matrix(predictions.labels, predictions.predicted, labels=range(6))
    assert np.array_equal(found.confusion(), expected)
    assert found.n_mistakes == sum(pair.n for pair in found.confused)


def test_the_baseline_is_the_most_frequent_training_class(make_certain):
    """The class comes from the training counts, its accuracy from the test images."""
    found = assess(make_certain([0, 1, 1, 2], [0, 1, 1, 2]), train_counts=[3, 3, 9])
    assert found.baseline.class_name == "c"
    assert found.baseline.accuracy.value == 0.25
    assert found.baseline.accuracy.low < 0.25 < found.baseline.accuracy.high


def test_unknown_training_counts_give_no_baseline(make_predictions):
    """Without counts there is no baseline, and the sentence does without."""
    found = assess(make_predictions(), train_counts=None)
    assert found.baseline is None
    assert "always answering" not in found.sentence


def test_counts_of_other_classes_are_refused(make_predictions):
    """Training counts must be one for each class."""
    with pytest.raises(ValueError, match=r"shape \(3,\), but there are 4 classes"):
        assess(make_predictions(k=4), train_counts=[1, 2, 3])


def test_the_sentence_says_it_plainly(make_certain):
    """One sentence holds n, accuracy, interval and baseline."""
    labels = [0] * 60 + [1] * 40
    found = assess(make_certain(labels, labels[10:] + [1] * 10, k=2), train_counts=[2, 1])
    assert found.sentence == (
        "On 100 images it had not seen, it was right 90.0 % of the time (95 % interval 82.6 to 94.5); "
        "always answering 'a' would be right 60.0 %."
    )


def test_nothing_to_measure_is_an_error(make_predictions):
    """Predictions without any truth cannot be assessed."""
    with pytest.raises(DataError, match="None of 5 images has a known class"):
        assess(make_predictions(n=5, unknown=5), train_counts=None)


def test_unlabelled_images_are_counted_and_left_out(make_predictions):
    """Images without a truth change no number, but are mentioned."""
    found = assess(make_predictions(n=60, unknown=7), train_counts=None)
    assert (found.n_images, found.n_unlabelled, found.accuracy.n) == (53, 7, 53)
    assert "7 images have no known class: not counted." in found.caveats


def test_what_weakens_the_numbers_is_said(make_certain):
    """Few images, few groups, a class without images and a weak result are caveats, each as a sentence."""
    found = assess(make_certain([0, 0, 0, 0, 1, 1], [0] * 6, groups=tuple("uvwxyy")), train_counts=[5, 1, 1])
    assert found.caveats == (
        "The accuracy is not clearly better than always answering 'a' (66.7 %).",
        "Measured on 6 images only: the numbers are rough.",
        "The images show 5 independent groups only: the intervals are rough, and too narrow if anything.",
        "1 class has no test image (c): not measured, and left out of means over classes.",
    )


def test_a_good_result_has_no_caveats(make_predictions):
    """Enough images, all classes, clearly better than the baseline: nothing to add."""
    assert assess(make_predictions(n=300), train_counts=[1, 1, 1, 1]).caveats == ()


def test_hundreds_of_classes_and_one_image():
    """The smallest test of the largest problem works."""
    probabilities = np.full((1, 300), 1 / 300)
    names = tuple(map(str, range(300)))
    found = assess(Predictions(("a",), np.array([299]), probabilities, names), train_counts=None)
    assert found.accuracy.value == 0
    assert found.n_mistakes == 1
    assert found.mistakes[0].truth == "299"

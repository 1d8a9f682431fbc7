"""A bundle that does not give the scores it gave is found out."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from regraft.bundle import check_bundle
from regraft.core import BundleError

GOLDEN = "golden/golden.safetensors"


@pytest.fixture
def regild(bundle, reseal):
    """A function that exchanges golden tensors and makes the digest right."""

    def regild(**changes):
        tensors = load_file(bundle / GOLDEN) | changes
        save_file({name: array for name, array in tensors.items() if array is not None}, bundle / GOLDEN)
        reseal(GOLDEN)

    return regild


def test_a_good_bundle_passes(bundle):
    """The result says what was replayed on what, and how near the scores came."""
    found = check_bundle(bundle)
    assert (found.folder, found.n_inputs, found.engine) == (str(bundle.resolve()), 3, "torch fp32")
    assert found.is_same_engine
    assert found.largest_difference <= found.tolerance == 1e-4


def test_another_engine_may_differ_more(bundle, rewrite, classifier):
    """What was made with another engine need not give the same digits."""
    rewrite(lambda record: record["engine"].update(engine="openvino"))
    found = check_bundle(bundle, choice=classifier.choice)
    assert not found.is_same_engine
    assert found.tolerance == 0.1


def test_other_scores_fail(bundle, regild):
    """A little more than the tolerance is too much; the message says how much it is, and of what."""
    scores = load_file(bundle / GOLDEN)["scores"]
    step = 2e-4 * np.abs(scores).max()
    regild(scores=scores + np.float32(step))
    message = (
        r"does not give the scores it gave .* difference is 0\.0002 of the largest score, allowed is 0\.0001 "
        r"\(torch fp32; saved with torch fp32\)\. Do not use it; make it again\."
    )
    with pytest.raises(BundleError, match=message):
        check_bundle(bundle)


def test_scores_that_are_no_numbers_fail(bundle, regild):
    """NaN is near to nothing."""
    regild(scores=np.full((3, 2), np.nan, np.float32))
    with pytest.raises(BundleError, match="does not give the scores"):
        check_bundle(bundle)


@pytest.mark.parametrize(
    "changes",
    [
        {"pixels1": None},
        {"scores": None},
        {"pixels1": np.zeros((3, 28, 28, 3), np.float32)},
        {"pixels1": np.zeros((3, 8, 8, 3), np.uint8)},
        {"scores": np.zeros((3, 5), np.float32)},
        {"scores": np.zeros((2, 2), np.float32)},
    ],
)
def test_inputs_that_do_not_fit_never_reach_the_network(bundle, regild, changes):
    """Missing ones, another type, another size, scores of other classes or other inputs."""
    regild(**changes)
    with pytest.raises(BundleError, match=r"The golden inputs of .* do not fit its networks and classes"):
        check_bundle(bundle)

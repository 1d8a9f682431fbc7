from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.core import OptionError, hash_key
from regraft.data.splits import _order_units, split_folds, split_holdout
from regraft.data.units import cluster_units


@st.composite
def data_sets(draw):
    """Labels, units of any sizes and mixtures of classes, and digests."""
    n_images = draw(st.integers(1, 30))
    labels = draw(st.lists(st.integers(0, 4), min_size=n_images, max_size=n_images))
    groups = draw(st.lists(st.sampled_from([None, *"abcdefgh"]), min_size=n_images, max_size=n_images))
    digests = [f"image {row}" for row in range(n_images)]
    return np.array(labels), cluster_units(digests, groups), digests


def classes_with_units(labels, units, n_least):
    return [label for label in np.unique(labels) if len(np.unique(units[labels == label])) >= n_least]


def test_the_split_is_what_it_was():
    """The holdout and the folds of one seed stay what they are from version to version."""
    labels, units, digests = np.array([0] * 6 + [1] * 6), np.arange(12), [str(row) for row in range(12)]
    is_test = split_holdout(labels, units, digests, test_fraction=0.25, seed=0)
    folds = split_folds(labels, units, digests, n_folds=3, seed=0)
    assert "".join(map(str, is_test.astype(int))) == "000011000100"
    assert "".join(map(str, folds)) == "121020021102"


@pytest.mark.parametrize(
    ("seed", "is_test", "folds"),
    [
        (0, "111010010000", "102200212021"),
        (1, "010010101101", "222021101210"),
        (2, "010001100110", "022200202111"),
    ],
)
def test_the_split_of_groups_is_what_it_was(seed, is_test, folds):
    """So it is with units of one to five images, some of them of several classes."""
    random = np.random.default_rng(seed)
    units = np.repeat(np.arange(12), random.integers(1, 6, 12))
    labels = np.where(random.random(len(units)) < 0.25, random.integers(0, 4, len(units)), units % 3)
    digests = [f"image {row}" for row in range(len(units))]
    firsts = np.searchsorted(units, np.arange(12))
    held_out = split_holdout(labels, units, digests, test_fraction=0.4, seed=seed)[firsts]
    assert "".join(map(str, held_out.astype(int))) == is_test
    assert "".join(map(str, split_folds(labels, units, digests, n_folds=3, seed=seed)[firsts])) == folds


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcd")), max_size=12), st.integers(0, 3))
def test_units_are_dealt_by_their_smallest_keys(rows, seed):
    """Of units with equal keys the first comes first, whichever rows come first."""
    units, digests = np.unique([unit for unit, _ in rows], return_inverse=True)[1], [digest for _, digest in rows]
    keys = {}
    for unit, digest in zip(units.tolist(), digests, strict=True):
        keys[unit] = min(keys.get(unit, b"\xff" * 33), hash_key(seed, "folds", digest))
    found = _order_units(units, len(keys), digests, seed, "folds")
    assert found.tolist() == sorted(range(len(keys)), key=keys.__getitem__)


@given(data_sets(), st.floats(0.01, 0.99), st.integers(0, 3))
def test_units_stay_on_one_side(data, test_fraction, seed):
    """No unit is torn by the holdout."""
    labels, units, digests = data
    is_test = split_holdout(labels, units, digests, test_fraction=test_fraction, seed=seed)
    assert not set(units[is_test]) & set(units[~is_test])


@given(data_sets(), st.floats(0.01, 0.99), st.integers(0, 3))
def test_every_class_can_be_learnt(data, test_fraction, seed):
    """Every class has an image in train, and one with a single unit is there wholly."""
    labels, units, digests = data
    is_test = split_holdout(labels, units, digests, test_fraction=test_fraction, seed=seed)
    assert set(labels) == set(labels[~is_test])
    for label in set(labels.tolist()) - set(classes_with_units(labels, units, 2)):
        assert not is_test[labels == label].any()


@given(data_sets(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(data, seed, random):
    """Shuffled images fall on the same sides and into the same folds, however their units are numbered."""
    labels, units, digests = data
    order = np.array(random.sample(range(len(labels)), len(labels)))
    names = [digests[row] for row in order]
    one = split_holdout(labels, units, digests, test_fraction=0.3, seed=seed)
    two = split_holdout(labels[order], 7 * units[order].max() - units[order], names, test_fraction=0.3, seed=seed)
    np.testing.assert_array_equal(one[order], two)
    one = split_folds(labels, units, digests, n_folds=3, seed=seed)
    two = split_folds(labels[order], 7 * units[order].max() - units[order], names, n_folds=3, seed=seed)
    np.testing.assert_array_equal(one[order], two)


@pytest.mark.parametrize("counts", [(821, 1803), (3, 5, 7, 1, 2, 2609), (1312, 1312)])
@pytest.mark.parametrize("test_fraction", [0.25, 0.1, 1 / 3])
def test_the_holdout_has_its_share(make_digests, counts, test_fraction):
    """Without groups each class gives its share to within one image, and so does the whole."""
    labels = np.repeat(np.arange(len(counts)), counts)
    is_test = split_holdout(
        labels, np.arange(len(labels)), make_digests(len(labels)), test_fraction=test_fraction, seed=0
    )
    shares = np.bincount(labels[is_test], minlength=len(counts))
    assert np.abs(shares - test_fraction * np.array(counts)).max() <= 1
    assert abs(is_test.sum() - test_fraction * len(labels)) <= 1


def test_many_small_classes_add_up(make_digests):
    """Rounding class by class does not drift: 1,000 classes of 3 images give a quarter of all."""
    labels = np.repeat(np.arange(1000), 3)
    is_test = split_holdout(labels, np.arange(3000), make_digests(3000), test_fraction=0.25, seed=0)
    assert abs(is_test.sum() - 750) <= 1


def test_units_of_unequal_size_fill_the_share():
    """Units of 1 to 40 images give about a quarter of each class."""
    sizes = np.random.default_rng(0).integers(1, 41, 300)
    units = np.repeat(np.arange(300), sizes)
    labels = units % 3
    is_test = split_holdout(labels, units, [str(row) for row in range(len(units))], test_fraction=0.25, seed=0)
    shares = np.bincount(labels[is_test]) / np.bincount(labels)
    assert np.abs(shares - 0.25).max() < 0.02


def test_a_minority_is_not_lost():
    """A class that is the minority in all of its units keeps one of them in train, for any seed."""
    labels = np.array([0, 0, 0, 1] * 2 + [0] * 20)
    units = np.array([0] * 4 + [1] * 4 + list(range(2, 22)))
    digests = [str(row) for row in range(28)]
    held_out = 0
    for seed in range(50):
        is_test = split_holdout(labels, units, digests, test_fraction=0.5, seed=seed)
        assert 1 in labels[~is_test]
        held_out += 1 in labels[is_test]
    assert held_out > 0


def test_seeds_choose(make_digests):
    """Another seed gives another holdout and other folds; the same seed the same ones."""
    labels, units, digests = np.zeros(100, int), np.arange(100), make_digests(100)
    one, again, two = (split_holdout(labels, units, digests, test_fraction=0.5, seed=seed) for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != two).any()
    one, again, two = (split_folds(labels, units, digests, n_folds=5, seed=seed) for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != two).any()


def test_one_more_image_moves_few(make_digests):
    """A new image leaves nearly all others on their side and in their fold."""
    labels = np.repeat([0, 1], 500)
    digests = make_digests(1000)
    more = np.append(labels, 0), np.arange(1001), [*digests, "new"]
    before = split_holdout(labels, np.arange(1000), digests, test_fraction=0.25, seed=0)
    after = split_holdout(*more, test_fraction=0.25, seed=0)
    assert (before != after[:-1]).sum() <= 2
    before = split_folds(labels, np.arange(1000), digests, n_folds=5, seed=0)
    after = split_folds(*more, n_folds=5, seed=0)
    assert (before != after[:-1]).sum() <= 20


def test_what_comes_back_is_the_smallest_unit_of_a_lost_class():
    """Class 9 lives in units of 5, 4 and 3 images of other classes; where all are held out, the one of 3 comes back."""
    units = np.repeat([0, 1, 2, *range(3, 15)], [5, 4, 3, *[1] * 12])
    labels = np.repeat([0, 0, 0, *[0] * 12], [5, 4, 3, *[1] * 12])
    labels[[0, 5, 9]] = 9
    digests = [f"image {row}" for row in range(len(units))]
    all_three = []
    for seed in range(30):
        is_test = split_holdout(labels, units, digests, test_fraction=0.85, seed=seed)
        all_three.append(is_test[0] and is_test[5])
        assert not is_test[[0, 5, 9]].all()
        if is_test[0] and is_test[5]:
            assert not is_test[9]
    assert any(all_three)


def test_a_larger_share_adds_images(make_digests):
    """What is held out for a smaller share is held out for a larger one; one image of a class is always left."""
    labels = np.repeat([0, 1], 10)
    former = np.zeros(20, bool)
    for test_fraction in (0.1, 0.5, 0.9, 0.96, 0.99):
        is_test = split_holdout(labels, np.arange(20), make_digests(20), test_fraction=test_fraction, seed=0)
        assert (is_test >= former).all()
        former = is_test
    assert np.bincount(labels[former]).tolist() == [9, 9]


def test_what_single_images_cannot_give_others_need_not(make_digests):
    """Classes of one image give none; the next class makes up for half an image of that, not for all."""
    labels = np.repeat(np.arange(21), [1] * 20 + [100])
    is_test = split_holdout(labels, np.arange(120), make_digests(120), test_fraction=0.25, seed=0)
    assert is_test.sum() == is_test[20:].sum() == 26


def test_a_unit_that_came_back_brings_its_other_classes(make_digests):
    """Where one unit holds two lost classes, it alone comes back: the other unit of one of them stays in the test."""
    units = np.repeat(np.arange(14), [5, 4, *[1] * 12])
    labels = np.array([0, 0, 0, 8, 9, 0, 0, 0, 9, *[0] * 12])
    n_both = 0
    for seed in range(20):
        is_test = split_holdout(labels, units, make_digests(21), test_fraction=0.97, seed=seed)
        if not is_test[9:].all():  # a single image was left of class 0, and both units had gone
            assert not is_test[0]
            assert is_test[5]
            n_both += 1
    assert n_both > 0


def test_equal_units_are_dealt_in_the_order_of_their_keys(make_digests):
    """Forty groups of two images go to three folds in turn; five images go to the first five of forty folds."""
    units, digests = np.repeat(np.arange(40), 2), make_digests(80)
    folds = split_folds(np.zeros(80, int), units, digests, n_folds=3, seed=0)
    keys = [min(hash_key(0, "folds", digests[2 * unit + half]) for half in (0, 1)) for unit in range(40)]
    in_order = sorted(range(40), key=keys.__getitem__)
    assert folds[::2][in_order].tolist() == [position % 3 for position in range(40)]
    folds = split_folds(np.zeros(5, int), np.arange(5), make_digests(5), n_folds=40, seed=0)
    assert sorted(folds) == [0, 1, 2, 3, 4]


@given(data_sets(), st.integers(2, 6))
def test_folds_keep_units(data, n_folds):
    """No unit is torn by the folds, and every fold number is one."""
    labels, units, digests = data
    folds = split_folds(labels, units, digests, n_folds=n_folds, seed=0)
    assert all(len(np.unique(folds[units == unit])) == 1 for unit in np.unique(units))
    assert folds.min() >= 0
    assert folds.max() < n_folds


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(2, 7))
def test_folds_of_single_images_are_even(counts, n_folds):
    """Without groups the folds differ by at most one image, in each class and in all."""
    labels = np.repeat(np.arange(len(counts)), counts)
    digests = [str(row) for row in range(len(labels))]
    folds = split_folds(labels, np.arange(len(labels)), digests, n_folds=n_folds, seed=0)
    for chosen in (labels >= 0, *(labels == label for label in range(len(counts)))):
        assert np.ptp(np.bincount(folds[chosen], minlength=n_folds)) <= 1


def test_folds_of_groups_are_about_even():
    """Groups of unequal size fill the folds about evenly, class by class."""
    sizes = np.random.default_rng(0).integers(1, 10, 200)
    units = np.repeat(np.arange(200), sizes)
    labels = units % 2
    folds = split_folds(labels, units, [str(row) for row in range(len(units))], n_folds=5, seed=0)
    for label in (0, 1):
        assert np.ptp(np.bincount(folds[labels == label])) <= 9


def test_a_class_with_fewer_units_than_folds():
    """Such a class lies in as many folds as it has units, so training always has some of it."""
    labels, units = np.array([0] * 20 + [1] * 6), np.array([*range(20), 20, 20, 20, 21, 21, 21])
    folds = split_folds(labels, units, [str(row) for row in range(26)], n_folds=5, seed=0)
    assert len(np.unique(folds[labels == 1])) == 2


@pytest.mark.parametrize("test_fraction", [0, 1, -0.1, 2, float("nan")])
def test_fractions_that_are_none(test_fraction):
    """The part to hold out lies between nothing and all."""
    with pytest.raises(
        OptionError, match=f"^The part to hold out for the test must lie between 0 and 1; it is {test_fraction}.$"
    ):
        split_holdout(np.array([0]), np.array([0]), ["a"], test_fraction=test_fraction, seed=0)


def test_one_fold_is_none():
    """Cross-validation needs two folds."""
    with pytest.raises(OptionError, match=r"^Cross-validation needs at least two folds; 1 were asked for.$"):
        split_folds(np.array([0]), np.array([0]), ["a"], n_folds=1, seed=0)


def test_no_images():
    """No images have no sides and no folds."""
    nothing = np.zeros(0, np.int64)
    assert split_holdout(nothing, nothing, [], test_fraction=0.25, seed=0).shape == (0,)
    assert split_folds(nothing, nothing, [], n_folds=2, seed=0).shape == (0,)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_many_images():
    """A quarter of a million images of 750 classes in groups are split in a second or so."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 750, 250_000)
    groups = [
        f"{label}/{group}" for label, group in zip(labels.tolist(), random.integers(0, 100, 250_000), strict=True)
    ]
    digests = [str(row) for row in range(250_000)]
    units = cluster_units(digests, groups)
    is_test = split_holdout(labels, units, digests, test_fraction=0.25, seed=0)
    assert abs(is_test.mean() - 0.25) < 0.005
    folds = split_folds(labels, units, digests, n_folds=5, seed=0)
    assert np.ptp(np.bincount(folds)) < 1000

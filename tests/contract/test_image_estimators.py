"""Images in scikit-learn: its own checks that apply, and its tools on real pictures."""

from __future__ import annotations

import inspect
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.base import clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

import regraft
from regraft import ImageClassifier, ImageFeatures
from regraft.core import DataError, HeadError, OptionError
from regraft.data.source_options import SourceOptions
from regraft.features import open_store
from regraft.recipes import EmbedOptions, ProbeOptions
from regraft.scaling import ClusterOptions

CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
]
"""Those of scikit-learn's checks that do not hand over tables of numbers."""


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Paths and class names of 36 textured pictures in three colours."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    paths, names = [], []
    for name, colour in (("blue", (40, 60, 220)), ("green", (40, 200, 60)), ("red", (220, 50, 40))):
        for number in range(12):
            pixels = np.kron(rng.integers(-40, 40, (6, 6, 1)) + np.array(colour), np.ones((8, 8, 1)))
            path = folder / f"{name}-{number}.png"
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
            paths.append(str(path))
            names.append(name)
    order = rng.permutation(len(paths))
    return [paths[place] for place in order], np.array(names)[order]


def pixels_of(paths):
    return np.stack([np.asarray(Image.open(path)) for path in paths])


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("estimator", [ImageFeatures(), ImageClassifier()], ids=lambda one: type(one).__name__)
def test_the_checks_that_apply_hold(estimator, check):
    """Parameters, clones, tags and names are as scikit-learn wants them."""
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


@pytest.mark.parametrize(("estimator", "options"), [(ImageFeatures, EmbedOptions), (ImageClassifier, ProbeOptions)])
def test_the_parameters_are_the_options(estimator, options):
    """Names and defaults are those of the recipe, and every option of the recipe that applies is a parameter."""
    parameters = inspect.signature(estimator).parameters
    others = {
        "out",
        "runs",
        "name",
        "metric",
        "test_fraction",
        "quality",
        "private",
        "map",
        "part",
        *SourceOptions.model_fields,
        *ClusterOptions.model_fields,
    }
    assert set(parameters) == set(options.model_fields) - others
    for name, parameter in parameters.items():
        assert parameter.default == options.model_fields[name].default, name


def test_preprocessing_can_be_chosen(listed):
    """TF-Slim's ways to prepare a picture give other features than what the weights want."""
    paths, _ = listed
    usual, vgg = (ImageFeatures(preprocessing=name).transform(paths[:2]) for name in ("auto", "vgg"))
    assert not np.array_equal(usual, vgg)


@pytest.mark.slow
def test_one_image_is_a_list_of_one(listed):
    """A path alone, in any form, and an array alone are one image; a generator and a column are lists."""
    paths, _ = listed
    expected = ImageFeatures().transform(paths[:2])
    first, pixels = paths[0], pixels_of(paths[:1])[0]
    for one in (first, Path(first), first.encode(), [first], (Path(first),), np.array([first]), pixels, pixels[None]):
        np.testing.assert_array_equal(ImageFeatures().fit(one).transform(one), expected[:1])
    np.testing.assert_array_equal(ImageFeatures().transform(path for path in paths[:2]), expected)
    fitted = ImageClassifier(n_strengths=2, n_folds=2).fit(paths, listed[1])
    assert fitted.predict(first).shape == (1,)


def test_features_are_those_of_embed(listed, tmp_path):
    """The transformer gives the same bits as the verb."""
    paths, _ = listed
    features = ImageFeatures().fit_transform(paths)
    assert features.dtype == np.float32
    assert features.shape == (36, 1280)
    kept = regraft.embed(Path(paths[0]).parent, out=tmp_path / "features.npy")
    by_name = {Path(path).name: row for path, row in zip(kept.paths, kept.features, strict=True)}
    np.testing.assert_array_equal(features[0], by_name[Path(paths[0]).name])
    assert len(ImageFeatures().fit(paths).get_feature_names_out()) == 1280


@pytest.mark.slow
def test_a_pipeline_is_searched_on_kept_features(listed):
    """A grid search over a head works, and computes no image twice."""
    paths, names = listed
    search = GridSearchCV(
        make_pipeline(ImageFeatures(), LogisticRegression()), {"logisticregression__C": [0.01, 1, 100]}, cv=3
    )
    search.fit(paths, names)
    assert search.best_score_ > 0.9
    n_rows = open_store(regraft.core.cache_folder()).info().n_rows
    search.fit(np.array(paths), names)
    assert open_store(regraft.core.cache_folder()).info().n_rows == n_rows


def test_the_classifier_is_a_classifier(listed):
    """It learns, predicts, scores, and is cross-validated like any other; labels may be strings."""
    paths, names = listed
    classifier = ImageClassifier("svm", n_strengths=4)
    assert is_classifier(classifier)
    assert cross_val_score(classifier, paths, names, cv=3).mean() > 0.9
    fitted = clone(classifier).fit(paths, names)
    assert list(fitted.classes_) == ["blue", "green", "red"]
    assert fitted.decision_function(paths).shape == (36, 3)
    np.testing.assert_allclose(fitted.predict_proba(paths).sum(axis=1), 1, rtol=1e-6)
    assert set(fitted.predict(paths)) == {"blue", "green", "red"}
    assert fitted.score(paths, names) > 0.9


def test_its_parameters_can_be_searched(listed):
    """The network's and the head's settings are parameters like any others."""
    paths, names = listed
    grid = {"head": ["softmax", "svm"], "normalisation": ["l2", "standard"]}
    found = GridSearchCV(ImageClassifier(n_strengths=3), grid, cv=2).fit(paths, names)
    assert found.best_score_ > 0.9
    assert len(found.cv_results_["params"]) == 4


@pytest.mark.slow
def test_arrays_are_images_too(listed):
    """Pixels in memory give the features of the files that hold them, and are kept as these are."""
    paths, names = listed
    from_files = ImageFeatures().fit_transform(paths)
    images = pixels_of(paths)
    np.testing.assert_array_equal(ImageFeatures().fit_transform(images), from_files)
    np.testing.assert_array_equal(ImageFeatures().fit_transform(list(images)), from_files)
    assert ImageClassifier(n_strengths=3).fit(images, names).score(images, names) > 0.9


@pytest.mark.slow
def test_pillow_images_are_decoded_when_their_turn_comes():
    """A list of any length is never in memory as pixels, and `fit` decodes the first only."""
    images = [Image.new("RGB", (128, 128), colour) for colour in ("red", "blue")] * 400
    broken = Image.open(io.BytesIO(b"P6 8 8 255\n"))
    estimator = ImageFeatures().fit([*images, broken])
    expected = estimator.transform(images[:2])
    tracemalloc.start()
    features = estimator.transform(images)
    _, n_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(features, np.tile(expected, (400, 1)))
    assert n_bytes < len(images) * 128 * 128 * 3 * 2 // 3
    with pytest.raises(DataError, match="Item 800 of X cannot be read"):
        estimator.transform([*images, broken])


def test_groups_and_weights_are_used(listed):
    """They reach the head: lengths are checked, and an unimportant sample does not matter."""
    paths, names = listed
    fitted = ImageClassifier(n_strengths=3).fit(paths, names, groups=np.arange(36) // 2, sample_weight=np.ones(36))
    assert fitted.score(paths, names) > 0.9
    with pytest.raises(ValueError, match="inconsistent"):
        ImageClassifier().fit(paths, names, groups=[1, 2])


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([], "no images"),
        (None, "X is a path .* not None"),
        ({"photo.jpg": 1}, "not a dict of 1"),
        ("", "this text is empty"),
        ([1.5], "Item 0 of X is the float 1.5"),
        ([b"\xff\xd8\xff\xe0 and so on"], "Item 0 of X is a path; these are 14 bytes, of an image"),
        (np.zeros((2, 8, 8, 3)), "float64 ndarray of shape"),
        (np.zeros((4, 10)), "Item 0 of X is a float64 ndarray of shape"),
    ],
)
def test_what_is_no_list_of_images_is_refused(images, message):
    """A sentence says what X may be."""
    with pytest.raises(OptionError, match=message):
        ImageFeatures().transform(images)


def test_an_unreadable_file_is_named(listed, tmp_path):
    """Rows must stand for images, so nothing is left out in silence."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"2 of 37 images cannot be read \(first: .*missing.png"):
        ImageFeatures().transform([*listed[0][:35], broken, tmp_path / "missing.png"])


def test_one_class_is_refused(listed):
    """There is nothing to learn."""
    with pytest.raises(DataError, match="nothing to tell apart"):
        ImageClassifier().fit(listed[0][:4], ["a"] * 4)


def test_a_table_column_is_a_list(listed):
    """A column of paths, with one axis or two."""
    paths, _ = listed
    column = np.array(paths, dtype=object)[:4]
    np.testing.assert_array_equal(ImageFeatures().transform(column), ImageFeatures().transform(column[:, None]))


def test_it_knows_its_limits(listed):
    """Noise is unknown and images of the classes mostly are not; their class is in the set that is named."""
    paths, names = listed
    fitted = ImageClassifier(n_strengths=3, n_folds=3, coverage=0.8, reject_rate=0.1).fit(paths, names)
    noise = np.random.default_rng(0).integers(0, 256, (2, 48, 48, 3), np.uint8)
    assert fitted.is_unknown(noise).all()
    assert fitted.is_unknown(paths).mean() <= 0.2
    assert fitted.novelty(noise).min() > fitted.novelty(paths).max()
    sets = fitted.predict_sets(paths)
    assert sets.shape == (36, 3)
    assert sets[np.arange(36), np.searchsorted(fitted.classes_, names)].mean() >= 0.8
    assert fitted.uncertainty_.sets.coverage == pytest.approx(0.8)


def test_what_could_not_be_learnt_is_said(listed):
    """Each class is one object: nothing tells how strange another one would look."""
    paths, names = listed
    fitted = ImageClassifier(n_strengths=2).fit(paths, names, groups=names)
    with pytest.raises(HeadError, match="each class has images in one fold only"):
        fitted.predict_sets(paths[:1])

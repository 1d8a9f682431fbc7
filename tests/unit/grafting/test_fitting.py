"""One training: its end is the same whether it was stopped or not, and its network scores images."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from regraft.backbones import resolve_backbone
from regraft.core import InterruptedRunError, SilentProgress
from regraft.data import Manifest
from regraft.experiments import DatasetFeatures, Sides
from regraft.finetuning import PixelFeed, World
from regraft.grafting import FinetuneOptions
from regraft.grafting.boundary import Boundary
from regraft.grafting.fitting import Job, fit, score
from regraft.grafting.preparation import Prepared
from regraft.grafting.setup import Setup
from regraft.heads import LinearHead
from regraft.images import AUGMENTATIONS, Transform
from stopping_after import StopAfter

N = 12
SIDES = Sides(np.arange(8), np.arange(8, N))


@pytest.fixture(scope="module")
def setup(tmp_path_factory):
    """Twelve dark and bright images, and a network of one hidden layer."""
    folder = tmp_path_factory.mktemp("fitting")
    spec = resolve_backbone("one-hidden", cache=folder)
    pixels = np.random.default_rng(0).integers(0, 90, (N, 28, 28, 3), np.uint8) + np.uint8([[[[0]]], [[[160]]]] * 6)
    for number, image in enumerate(pixels):
        (folder / f"{number:02}.ppm").write_bytes(b"P6 28 28 255\n" + image.tobytes())
    names = tuple(f"{number:02}.ppm" for number in range(N))
    manifest = Manifest(folder, names, np.arange(N) % 2, ("dark", "bright"), (None,) * N, (None,) * N)
    features = np.random.default_rng(1).random((N, spec.n_features), np.float32)
    transform = Transform(height=28, width=28)
    networks = SimpleNamespace(only=SimpleNamespace(spec=spec, transform=transform))
    data = DatasetFeatures(manifest, tuple(f"{n:064x}" for n in range(N)), features, (), 0, networks)
    options = FinetuneOptions(epochs=3, batch_size=4, precision="fp32", augmentation="none", learning_rate=0.01)
    return Setup(data, options, World(), np.arange(N), SilentProgress(), cache=folder)


@pytest.fixture(scope="module")
def prepared(setup):
    """The whole network, from pixels."""
    data = setup.data
    boundary = Boundary(cut=None, stage="all", shape=(3, 28, 28), precision="fp32", seconds=0, sentence="")
    feed = PixelFeed(data.manifest.files(), data.transform, AUGMENTATIONS["none"], setup.seed, n_threads=1)
    return Prepared(boundary, feed, None, ())


@pytest.fixture
def job(setup, tmp_path):
    """From a head that knows nothing."""
    n = setup.data.spec.n_features
    head = LinearHead("softmax", is_row_normalised=False, coef=np.zeros((2, n), np.float32),
                      intercept=np.zeros(2, np.float32), temperature=1.0, n_inputs=n)  # fmt: skip
    return Job(head, SIDES, setup.options, tmp_path / "training")


def test_a_training_goes_on_where_it_was_stopped(setup, prepared, job):
    """To the network that it would have become, and says that it did."""
    whole = fit(setup, prepared, job)
    assert whole.resumed == ()
    shutil.rmtree(job.folder)
    with pytest.raises(InterruptedRunError, match="run the same command again"):
        fit(setup, prepared, job, StopAfter(2))
    again = fit(setup, prepared, job)
    assert again.resumed == ("Going on after step 3 of 6.",)
    assert again.network_state.keys() == whole.network_state.keys()
    assert all((again.network_state[name] == whole.network_state[name]).all() for name in whole.network_state)
    assert (again.head.coef == whole.head.coef).all()
    assert [epoch.number for epoch in again.trained.history] == [0, 1, 2, 3]


def test_what_a_training_became_scores_images(setup, prepared, job):
    """As they are, and the validation images as the training itself judged them at its end."""
    found = fit(setup, prepared, job)
    scores = score(setup, prepared, found, np.arange(N))
    assert scores.shape == (N, 2)
    np.testing.assert_allclose(scores[SIDES.validation], found.trained.scores, atol=1e-5)
    assert Path(found.folder).is_dir()

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.backbones import choose_engine
from regraft.core import CACHE_VARIABLE, BundleError


@pytest.fixture(scope="session")
def good(tmp_path_factory, shared_cache):
    """A real bundle, made once."""
    folder = tmp_path_factory.mktemp("attack")
    rng = np.random.default_rng(0)
    for name, base in (("dark", 60), ("light", 190)):
        for number in range(8):
            path = folder / "data" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray((base + rng.integers(-40, 40, (24, 24, 3))).astype(np.uint8)).save(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        return regraft.probe(
            folder / "data", runs=folder / "runs", backbone="one-hidden", init="random", n_strengths=2, n_folds=2
        ).bundle


@pytest.fixture(scope="session")
def good_model(good):
    """The same as an ONNX model, as an export of it is."""
    from regraft.exporting.classifier_graph import build_classifier

    return build_classifier(regraft.load(good, choice=choose_engine("auto", "fp32", "cpu")))


@pytest.fixture
def refused():
    """A function that opens an export, and gives the sentence that it is refused with."""

    def refuse(place):
        with pytest.raises(BundleError) as caught:
            regraft.exporting.open_export(place)
        said = str(caught.value)
        assert str(place) in said or str(place.with_suffix(".bin")) in said
        assert len(said) < 1000
        return said

    return refuse


@pytest.fixture
def says_in_a_sentence(good, nursery):
    """A function that asks `regraft predict` about an image with an export that it must refuse."""

    def ask(place):
        picture = good.parents[2] / "data" / "dark" / "0.png"
        done = nursery.run(["-m", "regraft", "predict", place, picture], cwd=place.parent, env={**os.environ})
        assert done.returncode == BundleError.exit_code
        assert "Traceback" not in done.stderr
        assert done.stdout == ""

    return ask

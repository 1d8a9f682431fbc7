"""Bundles that torch made, used where it is not installed."""

from __future__ import annotations

import shutil

import pytest

from regraft.core import CACHE_VARIABLE, MissingExtraError

pytestmark = pytest.mark.slow

CONVERTING = (
    "MissingExtraError: Converting lenet for this machine (once; a later version will export classifiers that need "
    "none) needs the extra torch, which is not installed. Install it with: pip install 'regraft[torch]'\n"
)
USE = """
import sys
import regraft

bundle, photos = sys.argv[1:]
for use in (
    lambda: regraft.predict(bundle, photos),
    lambda: regraft.check(bundle),
    lambda: regraft.evaluate(bundle, photos, runs="runs"),
):
    try:
        use()
    except regraft.RegraftError as error:
        print(f"{type(error).__name__}: {error}")
    else:
        print("done")
"""


@pytest.fixture(scope="module")
def made(photos, tmp_path_factory):
    """A fine-tuned EfficientNet-Lite0, a probe of another network, and the cache in which they were made."""
    import regraft

    folder, quick = tmp_path_factory.mktemp("made"), {"n_strengths": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder / "cache"))
        tiny = {"from_stage": "7", "epochs": 1, "kept_views": 1, "image_size": 64, **quick}
        tuned = regraft.finetune(photos, runs=folder / "tuned", **tiny)
        other = regraft.probe(photos, backbone="lenet", runs=folder / "other", **quick)
        regraft.predict(other.bundle, photos / "red" / "00.png")
        regraft.embed(photos, backbone="lenet", out=folder / "features.npy")
    return tuned.bundle, other.bundle, folder / "cache"


@pytest.fixture
def use(base, photos, tmp_path):
    """What predict, check and evaluate say of a bundle in a process of the base."""

    def use(bundle, cache):
        done = base("-c", USE, bundle, photos, cache=cache, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return use


def test_a_fine_tuned_lite_is_used_without_torch(made, use, tmp_path):
    """It predicts, is checked and is evaluated; nothing of the machine that trained it is there but the bundle."""
    tuned, _other, _cache = made
    assert use(tuned, tmp_path / "cache") == "done\n" * 3


def test_another_network_has_to_be_converted(made, use, tmp_path):
    """On a machine that has not done it: each verb says so, and what is to come."""
    _tuned, other, _cache = made
    assert use(other, tmp_path / "cache") == CONVERTING * 3


def test_a_graph_that_is_kept_needs_no_torch(made, base, use, photos, tmp_path):
    """Nor does a network that is remembered, by its name."""
    _tuned, other, cache = made
    shutil.copytree(cache / "graphs", tmp_path / "cache" / "graphs")
    assert use(other, tmp_path / "cache") == "done\n" * 3
    embed = ("-m", "regraft", "embed", photos, "--backbone", "lenet")
    assert base(*embed, cache=tmp_path / "cache", cwd=tmp_path).returncode == MissingExtraError.exit_code
    shutil.copytree(cache / "backbones", tmp_path / "cache" / "backbones")
    done = base(*embed, cache=tmp_path / "cache", cwd=tmp_path)
    assert done.returncode == 0, done.stderr

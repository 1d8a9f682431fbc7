"""The wheel at work in an environment that has what it requires and no torch, in processes of its own."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pytest
from PIL import Image

from distributions import HERE
from regraft.core import VERB_EXTRAS, MissingExtraError

pytestmark = pytest.mark.slow
README = (HERE / "README.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line, comments=True) for line in re.findall(r"^\$ (regraft .*)$", README, flags=re.MULTILINE)]
IS_WITHOUT = "import importlib.util as u; print([u.find_spec(n) for n in ('torch', 'torchvision', 'timm', 'triton')])"
VERBS = {
    "scan": ("photos",),
    "evaluate": ("runs/photos-probe", "photos"),
    "check": ("runs/photos-probe",),
    "embed": ("photos", "--out", "features.npy"),
    "compare": ("photos", "--heads", "softmax", "svm", "--n-strengths", "2"),
    "datasets": ("convert", "photos", "--to", "tfrecord", "--out", "shards"),
    "backbones": (),
    "cache": (),
    "doctor": (),
}
NEED = {
    **{verb: (verb, "nowhere") for verb in VERB_EXTRAS},
    "checkpoint": ("probe", "nowhere", "--checkpoint", "weights.pth"),
    "model": ("embed", "nowhere", "--model", "net.py:network"),
    "init": ("probe", "nowhere", "--init", "random"),
    "engine": ("compare", "nowhere", "--engine", "torch"),
    "device": ("embed", "nowhere", "--device", "cuda"),
}
"""What needs torch, of images that are not there: that is not noticed."""


def blocks(page):
    """The Python of a page, as one program."""
    text = (HERE / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with what the README speaks of: photos in folders of their classes, a new photo."""
    folder, rng = tmp_path_factory.mktemp("place"), np.random.default_rng(0)
    for name, base in (("cat", 60), ("dog", 190)):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = (base + rng.integers(-40, 40, (24, 24, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    Image.fromarray(pixels).save(folder / "new.jpg")
    return folder


@pytest.fixture(scope="module")
def session(run_installed, place):
    """The README's commands, run one after the other."""
    return [run_installed(*command, folder=place) for command in COMMANDS]


def test_the_environment_has_no_torch(run_installed, place):
    """Nothing that the wheel requires brings it."""
    assert run_installed("python", "-c", IS_WITHOUT, folder=place).stdout == "[None, None, None, None]\n"


def test_the_readmes_commands_run(session, place):
    """A probe with its report, a prediction."""
    probed, predicted = session
    assert (probed.returncode, predicted.returncode) == (0, 0), probed.stderr + predicted.stderr
    assert "right" in probed.stdout
    assert re.search(r"^new\.jpg +(cat|dog) ", predicted.stdout, flags=re.MULTILINE)
    assert (place / "runs" / "photos-probe" / "report.html").is_file()


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works(run_installed, place, verb):
    """Whatever needs no training."""
    done = run_installed("regraft", verb, *VERBS[verb], folder=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("page", ["README.md", "docs/scikit-learn.md"])
def test_a_page_runs(run_installed, place, page):
    """The interface from Python; estimators of images, and of features."""
    done = run_installed("python", "-W", "error", "-c", blocks(page), folder=place)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NEED)
def test_what_needs_an_extra_says_so_first(run_installed, tmp_path, name):
    """One sentence with the install line, a code of its own; nothing is read or written."""
    done = run_installed("regraft", *NEED[name], folder=tmp_path)
    extra = VERB_EXTRAS.get(name, "torch")
    assert done.returncode == MissingExtraError.exit_code
    assert done.stderr.endswith(
        f" needs the extra {extra}, which is not installed. Install it with: pip install 'regraft[{extra}]'\n"
    )
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())

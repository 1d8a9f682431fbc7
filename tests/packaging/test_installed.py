"""The wheel at work in an environment that has what it requires and no torch, in processes of its own."""

from __future__ import annotations

import re
import shlex
import shutil

import numpy as np
import pytest
from PIL import Image

import fetching_child
from distributions import HERE
from publisher import Publisher, make_archive
from regraft.core import VERB_EXTRAS, MissingExtraError

pytestmark = pytest.mark.slow
KEPT = HERE / "tests" / "contract" / "kept" / "3729330"
README = (HERE / "README.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line, comments=True) for line in re.findall(r"^\$ (regraft .*)$", README, flags=re.MULTILINE)]
IS_WITHOUT = "import importlib.util as u; print([u.find_spec(n) for n in ('torch', 'torchvision', 'timm', 'triton')])"
WORKS = (
    "scan photos",
    "evaluate runs/photos-probe photos",
    "check runs/photos-probe",
    "embed photos --out features.npy",
    "compare photos --heads softmax svm --n-strengths 2",
    "datasets list",
    "datasets show flowers",
    "datasets convert photos --to tfrecord --out shards",
    "slim label_image --graph=runs/photos-probe --image=new.jpg",
    "slim eval_image_classifier --checkpoint_path=runs/photos-probe --dataset_dir=sides",
    "backbones",
    "cache",
    "doctor",
    "finetune --help",
)
NEEDS = {
    **{f"{verb} nowhere": extra for verb, extra in VERB_EXTRAS.items()},
    "probe nowhere --checkpoint weights.pth": "torch",
    "embed nowhere --model net.py:network": "torch",
    "probe nowhere --init random": "torch",
    "compare nowhere --engine torch": "torch",
    "embed nowhere --device cuda": "torch",
    "slim train_image_classifier --train_dir=nowhere": "torch",
    "slim export_inference_graph --checkpoint_path=runs/photos-probe --output_file=nowhere": "export",
    "embed photos --backbone resnet50": "torch",
    "predict kept/probed photos --trust-code": "torch",
    "evaluate kept/tuned photos --trust-code": "torch",
    "demo": "demo",
}
"""Commands and the extra that they need. That there are no images is not noticed; `kept` holds a run with a network
that torch makes, and a training under way."""


def blocks(page):
    """The Python of a page, as one program."""
    text = (HERE / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """What the README speaks of, photos in folders of their classes and a new photo; some on a side, and kept runs."""
    folder, rng = tmp_path_factory.mktemp("place"), np.random.default_rng(0)
    for name, base in (("cat", 60), ("dog", 190)):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = (base + rng.integers(-40, 40, (24, 24, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    Image.fromarray(pixels).save(folder / "new.jpg", quality=100, subsampling=0)
    shutil.copytree(folder / "photos", folder / "sides" / "test")
    shutil.copytree(KEPT, folder / "kept")
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
@pytest.mark.parametrize("line", WORKS)
def test_a_command_works(run_regraft, place, line):
    """Whatever needs no training, and the help of what does."""
    done = run_regraft(*shlex.split(line), folder=place)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_data_set_is_fetched(run_installed, place):
    """From a publisher on this machine, with all checks."""
    archives = {f"/shareddata/BelgiumTSC/BelgiumTSC_{side}.zip": make_archive(side) for side in ("Training", "Testing")}
    command = shlex.split("datasets get belgium-signs --folder signs")
    with Publisher(archives) as publisher:
        done = run_installed("python", fetching_child.__file__, str(publisher.port), "--", *command, folder=place)
    assert done.returncode == 0, done.stderr
    assert len(list((place / "signs").rglob("*.ppm"))) == 24


@pytest.mark.parametrize("page", ["README.md", "docs/programs.md", "docs/scikit-learn.md"])
def test_a_page_runs(run_installed, place, page):
    """The interface from Python; estimators of images, and of features."""
    done = run_installed("python", "-W", "error", "-c", blocks(page), folder=place)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", NEEDS)
def test_what_needs_an_extra_says_so_first(run_regraft, place, line):
    """One sentence with the install line, a code of its own; nothing is written."""
    before = sorted(place.rglob("*"))
    done = run_regraft(*shlex.split(line), folder=place)
    extra = NEEDS[line]
    assert done.returncode == MissingExtraError.exit_code
    assert done.stderr.endswith(
        f" needs the extra {extra}, which is not installed. Install it with: pip install 'regraft[{extra}]'\n"
    )
    assert done.stderr.count("\n") == 1
    assert sorted(place.rglob("*")) == before

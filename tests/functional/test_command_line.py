"""The real program in real processes."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from regraft.core import CACHE_VARIABLE
from regraft.features import FeatureStore, open_store


@pytest.mark.slow
def test_the_help_names_every_verb_and_shows_examples(command):
    """`regraft --help` lists the verbs; a verb's help lists its options and examples."""
    overview = command("--help").stdout
    for verb in ("scan", "probe", "evaluate", "predict", "embed", "backbones", "datasets", "cache", "check", "demo"):
        assert verb in overview
    page = command("probe", "--help").stdout
    assert "--test-fraction" in page
    assert "Examples:" in page
    assert "regraft probe photos --head svm" in page


@pytest.mark.slow
def test_the_main_job_from_a_terminal(command, photos, tmp_path):
    """Probe, predict in every format, evaluate and check: the whole story by commands."""
    done = command("probe", photos, "--n-strengths", 3)
    assert "right" in done.stdout
    assert "regraft predict" in done.stdout
    run = tmp_path / "runs" / "photos-probe"
    table = command("predict", run, photos / "red").stdout
    assert "red" in table
    rows = list(csv.DictReader(io.StringIO(command("predict", run, photos / "red", "--format", "csv").stdout)))
    assert len(rows) == 20
    listed = "\n".join(str(path) for path in sorted((photos / "blue").iterdir())[:3]) + "\nmissing.jpg\n"
    answer = command("predict", run, "-", "--format", "json", "--top-k", 2, given=listed, check=False)
    assert answer.returncode == 12
    content = json.loads(answer.stdout)
    assert [len(content["predictions"]), content["unreadable"][0]["reason"]] == [3, "missing"]
    assert "missing.jpg: missing" in answer.stderr
    assert "right" in command("evaluate", run, photos).stdout
    assert "golden inputs replayed" in command("check", run).stdout


def test_information_verbs_print_tables(command, photos):
    """Scan, backbones, datasets, cache and doctor say what they know."""
    assert "60 images in 3 classes" in command("scan", photos).stdout
    assert json.loads(command("scan", photos, "--format", "json").stdout)["summary"]["n_images"] == 60
    assert "efficientnet-lite0" in command("backbones").stdout
    assert json.loads(command("backbones", "--format", "json").stdout)
    assert "CC BY-NC-SA" in command("datasets").stdout
    assert "feature row" in command("cache", "info").stdout
    assert "Every byte" in command("cache", "verify").stdout
    assert "Engine" in command("doctor").stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["probe", "nowhere"], 3, "nowhere"),
        (["probe", "nowhere", "--test-fraction", "3"], 2, "--test-fraction is '3'"),
        (["probe", "nowhere", "--hed", "svm"], 2, "--head"),
        (["prob", "photos"], 2, "Did you mean: regraft probe photos"),
        (["probe", "nowhere", "--lr", "1"], 2, "--learning-rate is an option of finetune"),
        (["finetune", "nowhere", "--budget", "abc"], 2, "Option --budget is 'abc': it should be a number."),
        (["probe", "elpv", "--model", "resnet18"], 2, "use --backbone resnet18"),
        (["check", "."], 7, "no bundle"),
        (["predict", "."], 2, "nothing to classify"),
        (["probe", "elpv", "--backbone", "resnett50"], 4, "resnet50"),
        (["probe", "elpv", "--engine", "openvino", "--device", "cuda"], 2, "CPU"),
    ],
)
def test_errors_are_one_line_with_an_exit_code(command, arguments, exit_code, message):
    """A mistake gives a sentence on standard error and the code of its kind, no traceback."""
    done = command(*arguments, check=False)
    assert done.returncode == exit_code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("regraft: ")


def test_debug_shows_where_an_error_comes_from(command):
    """With --debug the traceback is printed as well."""
    assert "Traceback" in command("probe", "nowhere", "--debug", check=False).stderr


def test_nothing_heavy_is_imported_for_help_and_import():
    """`import regraft` and the root help load no torch, no scikit-learn, no OpenVINO."""
    code = (
        "import sys, regraft\nfrom regraft.cli.application import run\nrun(['--help'])\n"
        "print('HEAVY', *sorted({'torch', 'timm', 'sklearn', 'openvino', 'scipy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("HEAVY")


@pytest.mark.slow
def test_a_warm_prediction_imports_no_torch(probed, photos, shared_cache):
    """Once the graph is converted, predicting needs neither torch nor scikit-learn."""
    code = (
        "import sys, regraft\n"
        f"regraft.predict({str(probed.folder)!r}, [{str(photos / 'red' / '02.png')!r}])\n"
        "print('HEAVY', *sorted({'torch', 'timm'} & set(sys.modules)))"
    )
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "HEAVY"


@pytest.fixture
def many(tmp_path):
    """Enough pictures for several shards."""
    import numpy as np
    from PIL import Image

    folder = tmp_path / "many"
    rng = np.random.default_rng(5)
    for number in range(1400):
        path = folder / f"class{number % 2}" / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(path)
    return folder


@pytest.fixture
def started(many, tmp_path, shared_cache):
    """A probe of many pictures, begun in a process of its own, with a cold feature store and a warm graph."""
    cache = tmp_path / "cache"
    cache.mkdir()
    for part in ("graphs", "weights"):
        if (shared_cache / part).exists():
            (cache / part).symlink_to(shared_cache / part)
    environment = {**os.environ, CACHE_VARIABLE: str(cache)}
    arguments = [
        sys.executable,
        "-m",
        "regraft",
        "probe",
        str(many),
        "--n-strengths",
        "2",
        "--runs",
        str(tmp_path / "runs"),
    ]
    with subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        yield process, cache, many
        process.kill()


def wait_for_rows(process, cache):
    """Wait until features are kept; the process must still be at work then."""
    deadline = time.monotonic() + 120
    while not open_store(cache).info().n_rows:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.usefixtures("probed")
def test_a_killed_extraction_goes_on_and_ends_the_same(started, command, tmp_path, shared_cache):
    """After kill -9 the same command finishes; the features are those of an uninterrupted run, bit for bit.

    Every fourth image is compared: some of them were kept, some computed after the kill.
    """
    import numpy as np

    import regraft

    process, cache, many = started
    wait_for_rows(process, cache)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = open_store(cache).info().n_rows
    assert kept >= 256
    assert not list((tmp_path / "runs").glob("[!.]*"))
    again = command("probe", many, "--n-strengths", 2, cache=cache)
    assert f"{1400 - kept:,} images computed" in again.stdout
    whole = tmp_path / "whole"
    whole.mkdir()
    for part in ("graphs", "weights"):
        (whole / part).symlink_to(shared_cache / part)
    some = tmp_path / "some"
    some.mkdir()
    for path in sorted(many.rglob("*.png"))[::4]:
        path.rename(some / path.name)
    with pytest.MonkeyPatch.context() as patch:
        features = []
        for place in (cache, whole):
            patch.setenv(CACHE_VARIABLE, str(place))
            features.append(regraft.embed(some, layer="auto", out=tmp_path / "f.npy").features)
    np.testing.assert_array_equal(*features)
    assert FeatureStore(cache / "features").verify().damaged == ()


@pytest.mark.slow
@pytest.mark.usefixtures("probed")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_what_is_kept(started, how):
    """Ctrl-C and SIGTERM end the run in a sentence, without a traceback, and keep what was finished."""
    process, cache, _many = started
    wait_for_rows(process, cache)
    process.send_signal(how)
    error = process.stderr.read()
    assert process.wait(timeout=20) == 130
    assert "finished and kept" in error
    assert "Traceback" not in error
    assert open_store(cache).info().n_rows >= 256


@pytest.mark.slow
def test_what_the_system_refuses_is_a_sentence(command, photos, tmp_path):
    """A place that cannot be written to is named, without a traceback."""
    (tmp_path / "file").write_text("in the way")
    done = command("embed", photos, "--out", tmp_path / "file" / "features.npy", check=False)
    assert done.returncode == 5
    assert "cannot be read or written" in done.stderr
    assert "Traceback" not in done.stderr

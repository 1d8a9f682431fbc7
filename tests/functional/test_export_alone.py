"""Exports where little is installed: the scripts beside them with their runtime alone, Regraft without torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import regraft
from base_site import ROOT, link_base, link_packages
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow
RUNTIMES = {"onnx": "onnxruntime", "openvino": "openvino"}


@pytest.fixture(scope="module")
def folder(probed, shared_cache, tmp_path_factory):
    """Exports of a probe, in a folder for each format."""
    out = tmp_path_factory.mktemp("out") / "exports"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        regraft.export(probed.folder, to="all", out=out)
    return out


@pytest.fixture
def wanted(probed, photos, shared_cache, monkeypatch):
    """What the bundle says of a picture."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
    return regraft.predict(probed.folder, photos / "green" / "00.png").predictions[0]


def alone(site, *command, **environment):
    """Runs Python with the packages of one folder; gives what it prints."""
    known = {"PYTHONPATH": str(site), "HOME": str(site), "PATH": "", **environment}
    done = subprocess.run(
        [sys.executable, "-S", *map(str, command)], capture_output=True, text=True, env=known, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("form", RUNTIMES)
def test_a_script_runs_with_numpy_pillow_and_its_runtime(folder, photos, wanted, tmp_path, form):
    """And nothing else that is not theirs; with the bundle's answer."""
    link_packages(tmp_path, ["numpy", "pillow", RUNTIMES[form]])
    assert not {"regraft", "scipy", "torch", "onnx"} & {path.name for path in tmp_path.iterdir()}
    told = json.loads(alone(tmp_path, folder / form / "classify.py", photos / "green" / "00.png"))
    assert told["label"] == wanted.label
    assert told["probability"] == pytest.approx(wanted.probability, abs=0.02)
    assert told["unknown"] is wanted.unknown


@pytest.mark.parametrize("form", ["onnx", "web"])
def test_predict_takes_an_export_without_torch(folder, photos, wanted, tmp_path, form):
    """The base and the extra `export` are enough."""
    site = tmp_path / "site"
    site.mkdir()
    link_base(site, "export")
    assert not {"torch", "timm"} & {path.name for path in site.iterdir()}
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(site)]), CACHE_VARIABLE: str(tmp_path / "cache")}
    asked = ("-m", "regraft", "predict", folder / form, photos / "green" / "00.png", "--format", "json")
    (told,) = json.loads(alone(site, *asked, **paths))["predictions"]
    assert told["label"] == wanted.label


def test_a_full_disk_leaves_nothing(probed, tmp_path, nursery, shared_cache):
    """Files that may not grow end an export with a sentence; what was begun is gone."""
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2); "
    limited += "from regraft.cli import main; main()"
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    for form in ("onnx", "openvino", "web"):
        asked = ["-c", limited, "export", probed.folder, "--to", form, "--out", tmp_path / "out" / form]
        done = nursery.run(asked, env=environment, cwd=tmp_path)
        assert done.returncode == 5, done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out").exists()

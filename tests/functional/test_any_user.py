"""Any user, any place: no home, a cache that cannot be written, no place for runs, files for whom the umask says."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys

import pytest

from regraft.backbones import BACKBONES, keep_weights
from regraft.core import CACHE_VARIABLE, StoreError, cache_folder, is_writable

pytestmark = pytest.mark.slow

NOT_KEPT = "Set REGRAFT_CACHE to a folder that can be written."
SOMEBODY = ("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups")
READING = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
"""Root's interpreter may lie in root's home: the other user may read everything, and write nothing of others."""

needs_another_user = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root becomes another user",
)


@pytest.fixture
def as_somebody(tmp_path):
    """Runs Regraft as a user without a name, a home or any place to write but one folder."""
    folder = tmp_path / "own"
    folder.mkdir()
    os.chown(folder, 54321, 54321)

    def run(*arguments, program=("-m", "regraft"), **environment):
        done = subprocess.run(
            [*SOMEBODY, *READING, sys.executable, *program, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": str(folder),
                **environment,
            },
            check=False,
            timeout=280,
        )
        assert not [path for path in folder.iterdir() if path.name.startswith("regraft-")], "scratch is removed"
        return done

    return run


@pytest.fixture
def broken_cache(shared_cache, tmp_path):
    """A cache with networks whose feature store cannot be written, by root neither: a file lies in its place."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for name in ("graphs", "weights"):
        (shared_cache / name).mkdir(exist_ok=True)
        (folder / name).symlink_to(shared_cache / name)
    (folder / "features").write_text("a file")
    return folder


@needs_another_user
def test_somebody_without_home_uses_what_others_have_kept(as_somebody, probed, photos, shared_cache):
    """No HOME, no entry among the users, a cache of root's: predict, evaluate and check work with what is kept."""
    bundle = probed.bundle
    for verb in (("predict", bundle, photos), ("evaluate", bundle, photos), ("check", bundle)):
        done = as_somebody(*verb, **{CACHE_VARIABLE: str(shared_cache)})
        assert done.returncode == 0, done.stderr
        assert NOT_KEPT not in done.stdout + done.stderr


@needs_another_user
@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nowhere"}])
def test_somebody_without_any_cache_predicts_without_keeping(home, as_somebody, probed, photos):
    """Without a home, or with one that cannot be written, the answer comes, and a note says what to set, once."""
    if home:
        done = as_somebody("backbones", **home)
        assert done.returncode == 0, done.stderr
        return
    done = as_somebody("predict", probed.bundle, photos / "red" / "01.jpg", "--format", "json", **home)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["label"] for one in found["predictions"]] == ["red"]
    assert [one["code"] for one in found["findings"]] == ["unkept"]
    assert done.stderr.count(NOT_KEPT) == 1
    assert "no home" in done.stderr


OPEN = """
import sys
from pathlib import Path
from regraft.backbones import BACKBONES, choose_engine, open_engine

for _ in range(2):
    open_engine(BACKBONES["efficientnet-lite0"], choose_engine("openvino"), layer="auto", cache=Path(sys.argv[1]))
"""


@needs_another_user
def test_damaged_weights_in_a_cache_that_can_only_be_read_are_replaced_for_this_process(as_somebody, tmp_path):
    """The network is opened, and the cache stays as it is."""
    kept, _digest = keep_weights(BACKBONES["efficientnet-lite0"], tmp_path / "cache" / "weights")
    kept.write_bytes(kept.read_bytes()[:-1])
    done = as_somebody(tmp_path / "cache", program=("-c", OPEN))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_predict_evaluate_and_check_go_on_without_keeping(command, broken_cache, probed, photos):
    """A store that cannot be written: the same answers, and one note on the terminal and in the JSON."""
    usual = json.loads(command("predict", probed.bundle, photos, "--format", "json").stdout)
    done = command("predict", probed.bundle, photos, "--format", "json", cache=broken_cache)
    found = json.loads(done.stdout)
    assert found["predictions"] == usual["predictions"]
    assert [one["code"] for one in found["findings"]] == ["unkept"]
    assert done.stderr.count(NOT_KEPT) == 1
    done = command("evaluate", probed.bundle, photos, cache=broken_cache)
    assert (done.stdout + done.stderr).count(NOT_KEPT) == 1
    assert command("check", probed.bundle, cache=broken_cache).returncode == 0
    assert (broken_cache / "features").read_text() == "a file"


def test_where_keeping_is_essential_the_variable_is_named(command, broken_cache, photos):
    """`probe` with such a store ends before any image is computed, with one sentence."""
    done = command("probe", photos, cache=broken_cache, check=False)
    assert done.returncode == StoreError.exit_code
    assert done.stderr.count("REGRAFT_CACHE") == 1
    assert "Traceback" not in done.stderr


def test_runs_that_cannot_be_written_are_a_sentence(command, photos, tmp_path):
    """A folder for runs below a file: one line that names --runs."""
    (tmp_path / "file").write_text("")
    done = command("probe", photos, "--runs", tmp_path / "file" / "runs", check=False)
    assert done.returncode == StoreError.exit_code
    assert done.stderr.splitlines()[-1].endswith("Name a folder that can be written with --runs.")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no HOME")
def test_the_place_of_the_cache_needs_no_home(monkeypatch, tmp_path):
    """HOME missing or empty: the system's entry for this user; a `~` in REGRAFT_CACHE without a home is no error."""
    import pwd

    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for home in ("", None):
        monkeypatch.delenv("HOME", raising=False) if home is None else monkeypatch.setenv("HOME", home)
        assert cache_folder().is_relative_to(pwd.getpwuid(os.getuid()).pw_dir)
    (tmp_path / "file").write_text("")
    assert is_writable(tmp_path / "new" / "folder")
    assert not is_writable(tmp_path / "file" / "folder")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_every_file_is_for_whom_the_umask_says(command, photos, tmp_path):
    """Runs, bundles, features, converted data sets and cache under umask 027: a group reads, others nothing."""
    cache = tmp_path / "cache"
    command("probe", photos, "--n-strengths", 3, "--name", "probe", cache=cache, umask=0o027)
    command("pretrain", photos, "--backbone", "lenet", "--epochs", 1, "--name", "lenet", cache=cache, umask=0o027)
    command("embed", photos, "--out", "features.npy", cache=cache, umask=0o027)
    command("datasets", "convert", photos, "--to", "webdataset", "--out", "shards", cache=cache, umask=0o027)
    command("evaluate", "runs/probe", photos, cache=cache, umask=0o027)
    wrong = {
        str(path.relative_to(tmp_path)): oct(mode)
        for path in tmp_path.rglob("*")
        if (mode := stat.S_IMODE(path.stat().st_mode)) != (0o750 if path.is_dir() else 0o640)
    }
    assert not wrong

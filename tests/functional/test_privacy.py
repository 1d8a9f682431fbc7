"""Nothing phones, starts programs or writes outside Regraft's folders: every verb, seen from Python and from C."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest

from regraft.cli.application import VERBS
from regraft.slim.commands import PROGRAMS

SCRIPT = Path(__file__).parents[2] / "bench" / "privacy.py"


@pytest.fixture(scope="module")
def bench():
    """The script of the benchmark, as a module."""
    sys.path.append(str(SCRIPT.parent))  # it imports its neighbours
    spec = importlib.util.spec_from_file_location("privacy", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]
    sys.path.remove(str(SCRIPT.parent))


def test_every_verb_is_watched(bench):
    """A verb or a program of TF-Slim's without a command in the table is a hole in the proof."""
    watched = {" ".join(command[:2]) for command in bench.COMMANDS.values()}
    assert set(VERBS) <= {words.split()[0] for words in watched}
    fetching = {"download_and_convert_data"}  # it is datasets get and convert
    assert {f"slim {program}" for program in set(PROGRAMS) - fetching} <= watched


def test_the_page_names_every_folder_of_the_cache():
    """What a module puts below the cache stands in docs/privacy.md, with the variables that decide."""
    page = (SCRIPT.parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (SCRIPT.parents[1] / "src").rglob("*.py"))
    folders = set(re.findall(r'(?:cache|cache_folder\(\)|scratch_folder\(\)\)) / "(\w+)"', source))
    assert {"features", "graphs", "weights", "backbones", "downloads", "torch"} <= folders
    assert not [folder for folder in folders if f"`{folder}/`" not in page]
    for name in ("REGRAFT_CACHE", "TMPDIR", "HF_HUB_OFFLINE", "HF_ENDPOINT", "HF_TOKEN", "--runs"):
        assert f"`{name}`" in page or f"`{name}=" in page, name


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not sys.platform.startswith("linux") or not shutil.which("cc"), reason="needs LD_PRELOAD and cc")
def test_no_verb_phones_forks_or_writes_elsewhere(bench):
    """With an empty HOME: no socket, no process but those that were asked for, no file outside cache and work."""
    found = bench.examine(name for name in bench.COMMANDS if name != "demo")  # a probe of 2,624 images
    for name, seen in found.items():
        assert seen.exit_code == 0, (name, seen.errors)
        assert not seen.network, name
        assert not seen.foreign_files, name
        assert not seen.temporary_files, name
        started = [what for what in seen.processes if what.startswith(("subprocess", "os."))]
        if name == "sweep":
            assert len(started) == 1
            assert "join_sweep" in started[0]
        else:
            assert not seen.processes, name


@pytest.mark.skipif(not sys.platform.startswith("linux") or not shutil.which("cc"), reason="needs LD_PRELOAD and cc")
def test_the_watchers_see_what_they_should(bench, tmp_path):
    """A look-up, a connection, a process, and files in HOME and beside the work are each reported."""
    area = bench.Area(tmp_path)
    program = (
        "import socket, subprocess, os, contextlib, pathlib\n"
        "with contextlib.suppress(OSError): socket.getaddrinfo('localhost', 1)\n"
        "with contextlib.suppress(OSError): socket.create_connection(('127.0.0.1', 1), 1)\n"
        "subprocess.run(['true'])\n"
        "pathlib.Path.home().joinpath('.left').touch()\n"
        f"pathlib.Path({str(tmp_path / 'elsewhere')!r}).touch()\n"
    )
    seen = area.run({"program": ("-c", program)})["program"]
    assert seen.exit_code == 0, seen.errors
    assert {"look up localhost", "connect 127.0.0.1"} <= set(seen.network)
    assert any("socket.connect" in what for what in seen.network)
    assert any("subprocess.Popen" in what for what in seen.processes)
    assert "vfork" in seen.processes or "fork" in seen.processes
    assert {str(tmp_path / "home" / ".left"), str(tmp_path / "elsewhere")} <= set(seen.foreign_files)

"""The one door to OpenVINO: its telemetry stays out, and a user's own imports are left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

_WATCHED = """
import os, sys
events = []
def note(event, arguments):
    if event.startswith(("socket.", "os.fork", "subprocess.", "os.posix_spawn")):
        events.append(event)
sys.addaudithook(note)
"""


def _told(program, home):
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED + program],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(home), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
def test_the_door_lets_no_telemetry_in(tmp_path):
    """OpenVINO by the door: no socket, no fork, nothing in HOME, no converter; what is theirs a user can import."""
    told = _told(
        "from regraft.backbones import cpu_has_bf16\n"
        "cpu_has_bf16()\n"
        "import openvino\n"
        "print('openvino.tools.ovc' in sys.modules, openvino.convert_model.__module__, hasattr(openvino, 'other'))\n"
        "import openvino.tools.ovc.convert_impl as converting\n"
        "print(converting.tm.__name__, len(events), 'openvino_telemetry' in sys.modules)\n"
        "import openvino_telemetry\n"
        "print(openvino_telemetry.Telemetry.__name__)\n",
        tmp_path,
    )
    assert told[:3] == ["False", "openvino.tools.ovc.convert", "False"]
    assert told[3:] == ["openvino.tools.ovc.telemetry_stub", "0", "False", "Telemetry"]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_openvino_that_came_with_telemetry_is_silenced(tmp_path):
    """Where a user's module of this name came first, our conversions take the stub, and theirs stays imported."""
    (tmp_path / "openvino_telemetry" / "backend").mkdir(parents=True)
    (tmp_path / "openvino_telemetry" / "__init__.py").write_text(
        "class Telemetry:\n    def __init__(self, *_, **__): pass\n    def send_event(self, *_, **__): pass\n"
    )
    (tmp_path / "openvino_telemetry" / "backend" / "__init__.py").write_text("")
    (tmp_path / "openvino_telemetry" / "backend" / "backend_ga4.py").write_text("")
    told = _told(
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "import openvino.tools.ovc.convert_impl as converting\n"
        "import openvino.tools.ovc.telemetry_utils as utils\n"
        "print(converting.tm.__name__)\n"
        "from regraft.backbones import cpu_has_bf16\n"
        "cpu_has_bf16()\n"
        "print(converting.tm.__name__, utils.tm.__name__, sys.modules['openvino_telemetry'].__file__ is not None)\n",
        tmp_path,
    )
    stub = "openvino.tools.ovc.telemetry_stub"
    assert told == ["openvino_telemetry", stub, stub, "True"]

"""What processes that train together tell each other."""

from __future__ import annotations

import json
import os
import re
import socket

import pytest

from regraft.core import TrainingError
from regraft.finetuning import join_world

PROGRAM = """
import json
import os
import sys
from pathlib import Path

from torch import distributed

from regraft.cli import application
from regraft.core import OptionError
from regraft.finetuning import join_world

RANK = int(os.environ["RANK"])
MEETING = Path(sys.argv[0]).with_name("meeting").as_uri()  # a file, where torchrun has a port
distributed.init_process_group("gloo", init_method=MEETING, rank=RANK, world_size=2)
WORLD = join_world("cpu")


def full():
    raise OSError(28, "No space left on device", "bundle.json")


def wrong():
    raise OptionError("This is wrong.")


def unforeseen():
    raise KeyError("x")


def unsendable():
    error = OptionError("This cannot be sent.")
    error.cause = lambda: None
    raise error


def caught(make):
    try:
        return repr(WORLD.from_leader(make))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    told = [caught(make) for make in (lambda: (1, "a"), full, wrong, unforeseen, unsendable)]
    application.build_app = lambda: lambda *_, **__: WORLD.from_leader(full)
    print(json.dumps([*told, application.run([])]))
    distributed.destroy_process_group()
"""


@pytest.mark.slow
def test_the_others_raise_what_the_first_process_did(nursery, tmp_path):
    """A full disk and an error of ours as they are, all else as an error of training; it is printed once."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    children = [nursery.start([program], env={**os.environ, "WORLD_SIZE": "2", "RANK": rank}) for rank in "01"]
    (out, err), (other_out, other_err) = (child.communicate(timeout=120) for child in children)
    told, others = json.loads(out), json.loads(other_out)
    full = "OSError: [Errno 28] No space left on device: 'bundle.json'"
    assert told == ["(1, 'a')", full, "OptionError: This is wrong.", "KeyError: 'x'", *told[4:]]
    assert others[:3] == told[:3]
    assert others[3:5] == [
        "TrainingError: The first process failed: KeyError: 'x'",
        "TrainingError: The first process failed: OptionError: This cannot be sent.",
    ]
    assert told[5] == others[5] == 5
    assert "A file cannot be read or written: [Errno 28]" in err
    assert "A file" not in other_err


def test_a_port_that_is_taken_is_told_in_a_sentence(loopback, monkeypatch):
    """Where it looked for the others, what the system said, and what to do."""
    with socket.create_server((loopback, 0)) as taken:
        port = taken.getsockname()[1]
        settings = {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": loopback, "MASTER_PORT": str(port)}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        start = f"One of the 2 processes that are to train together does not find the others at {loopback}:{port} ("
        with pytest.raises(TrainingError, match=rf"^{re.escape(start)}.*address already in use.*--master-port\)\.$"):
            join_world("cpu")


@pytest.mark.parametrize(("rank", "reason"), [("0", "'none'"), ("1", "'none'"), (None, "'RANK'")])
def test_all_processes_tell_a_wrong_start_alike(monkeypatch, rank, reason):
    """Whichever it is: the same sentence, which is seen once (`tests/unit/cli/test_application.py`)."""
    settings = {"WORLD_SIZE": "2", "RANK": rank, "MASTER_ADDR": "here", "MASTER_PORT": "none"}
    monkeypatch.delenv("RANK", raising=False)
    for name, value in settings.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    start = "One of the 2 processes that are to train together does not find the others at here:none ("
    with pytest.raises(TrainingError, match=rf"^{re.escape(start)}.*{reason}\)\. See that torchrun starts all"):
        join_world("cpu")

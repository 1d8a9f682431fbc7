from __future__ import annotations

import subprocess
import sys

import pytest

from regraft.core import StoreError, exclusive

HOLDER = """
import sys, time
from pathlib import Path
from regraft.core import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_is_held_against_other_processes_and_ends_with_its_holder(tmp_path):
    """While one process holds the lock another is refused; after kill -9 of the holder it is free."""
    path = tmp_path / "lock.sqlite"
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="Another process"), exclusive(path, timeout_seconds=0.1):
            pass
        holder.kill()
    with exclusive(path, timeout_seconds=5):
        pass

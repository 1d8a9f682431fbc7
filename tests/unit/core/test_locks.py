from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import threading

import pytest

from regraft.core import StoreError, ThreadLock, exclusive

HOLDER = """
import sys, time
from pathlib import Path
from regraft.core import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""

WAITER = """
import sys
from pathlib import Path
from regraft.core import exclusive
sys.stdin.readline()
print("comes", flush=True)
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
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


def test_a_lock_that_cannot_be_opened_is_an_error_of_the_system(tmp_path):
    """As where its folder is removed at that moment: SQLite has errors of its own."""
    with pytest.raises(OSError, match="unable to open"), exclusive(tmp_path):
        pass


def test_a_lock_that_was_removed_with_its_folder_is_another_one(tmp_path):
    """Who waited for it holds the one that is there by now, and finds none where none is to be made."""
    path = tmp_path / "folder" / "lock.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", WAITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as waiter:
        with exclusive(path):
            waiter.stdin.write(b"go\n")
            waiter.stdin.flush()
            assert waiter.stdout.readline() == b"comes\n"
            path.parent.rename(tmp_path / "gone")
        assert waiter.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="Another process"), exclusive(path, timeout_seconds=0):
            pass
        waiter.stdin.close()
    with pytest.raises(FileNotFoundError), exclusive(tmp_path / "none" / "lock.sqlite", is_made=False):
        pass
    assert not (tmp_path / "none").exists()


def test_a_thread_may_take_its_lock_again_and_others_wait():
    """Eight threads that read, and write what they read plus one, lose no count; the lock knows how deep it is held."""
    lock, counts = ThreadLock(), [0]

    def count():
        for _ in range(500):
            with lock, lock:
                assert lock.depth == 2
                counts[0] = counts[0] + 1

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (counts[0], lock.depth) == (4000, 0)


def test_a_copied_lock_is_free():
    """What is copied or pickled while its lock is held gets a lock of its own."""
    lock = ThreadLock()
    with lock:
        for twin in (copy.copy(lock), copy.deepcopy(lock), pickle.loads(pickle.dumps(lock))):
            assert twin is not lock
            assert twin.depth == 0


FORKED_WHILE_HELD = """
import os, threading
from regraft.core import ThreadLock
lock, is_held, may_end = ThreadLock(), threading.Event(), threading.Event()
def hold():
    with lock:
        is_held.set()
        may_end.wait()
holder = threading.Thread(target=hold)
holder.start()
is_held.wait()
child = os.fork()
if child == 0:
    with lock:
        print("free", lock.depth, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("held", lock.depth)
may_end.set()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_finds_every_lock_free():
    """The thread that held it does not live in the child."""
    command = [sys.executable, "-W", "ignore", "-c", FORKED_WHILE_HELD]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["free 1", "held 1"]


FORKED_BY_ITS_HOLDER = """
import os
from regraft.core import ThreadLock
lock = ThreadLock()
with lock, lock:
    child = os.fork()
    if child == 0:
        with lock:
            print(lock.depth)
if child == 0:
    with lock:
        print(lock.depth, flush=True)
    os._exit(0)
print("ended", os.waitpid(child, 0)[1], lock.depth)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_was_forked_by_the_holder_goes_on():
    """The `with` that it was forked in ends there as well, and the lock can be taken."""
    command = [sys.executable, "-W", "error", "-c", FORKED_BY_ITS_HOLDER]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["1", "1", "ended 0 0"]

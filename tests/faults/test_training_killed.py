"""kill -9 at any moment of a training: going on gives what an uninterrupted training gives, bit for bit."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import numpy as np
import pytest

import training_child
from training_child import N_STEPS, SEEN_FILE, learn

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 120
FAILPOINTS = [
    "write:1:before",
    "write:1:during",
    "write:1:after",
    "write:6:during",
    "fsync:1:before",
    "fsync:2:before",
    "fsync:7:after",
    "replace:1:before",
    "replace:1:after",
    "replace:5:before",
    "unlink:1:before",
    "unlink:4:after",
    "unlink:9:before",
]
"""Around each step of writing a checkpoint: the first, when there is nothing to go back to, and later ones."""


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the training learns when nothing happens to it."""
    return learn(tmp_path_factory.mktemp("uninterrupted"))


@pytest.fixture
def start(nursery, tmp_path):
    """Starts the training in a process of its own; none survives the test."""
    children = []

    def begin(*arguments, launcher=(), **environment):
        program = [training_child.__file__, tmp_path, *arguments]
        children.append(nursery.start([*launcher, *program], env={**os.environ, **environment}))
        return children[-1]

    yield begin
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=PATIENCE_SECONDS)


def wait_for(condition, child):
    """Until it is true, or the child has ended."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not condition() and child.poll() is None:
        assert time.monotonic() < limit, "the child hangs"
        time.sleep(0.002)


def newest_step(folder):
    """Of the checkpoints in a folder; 0 where there are none."""
    return max((int(path.name.split("-")[1]) for path in folder.glob("checkpoints/step-*")), default=0)


@pytest.mark.parametrize("failpoint", FAILPOINTS)
def test_a_death_at_any_step_of_a_checkpoint(failpoint, start, expected, tmp_path):
    """Before, during and after each call that makes a checkpoint durable."""
    child = start(failpoint)
    child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == -signal.SIGKILL
    assert learn(tmp_path) == expected


@pytest.mark.parametrize("case", range(8))
def test_a_death_at_any_time(case, start, expected, tmp_path):
    """Killed from outside after any number of steps."""
    child = start("--pace", 0.02)
    wanted = int(np.random.default_rng(case).integers(N_STEPS))
    wait_for(lambda: newest_step(tmp_path) >= wanted, child)
    child.kill()
    assert learn(tmp_path) == expected


BOTH = [{"WORLD_SIZE": "2", "RANK": rank} for rank in "01"]
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--max-restarts", "1")


@pytest.fixture(scope="module")
def together(nursery, tmp_path_factory):
    """What two processes print that learn together, and the folder that they have learnt in."""
    folder = tmp_path_factory.mktemp("together")
    program = [training_child.__file__, folder, "--together"]
    children = [nursery.start(program, env={**os.environ, **environment}) for environment in BOTH]
    told = [child.communicate(timeout=PATIENCE_SECONDS) for child in children]
    assert [child.returncode for child in children] == [0, 0], told
    return "".join(out for out, _errors in told), folder


def seen_rows(folder, ranks):
    """The rows that each rank was given, by epoch, as sets of what all saw."""
    seen = {}
    for rank in ranks:
        for line in (folder / SEEN_FILE.format(rank=rank)).read_text().splitlines():
            epoch, _, rows = line.partition(": ")
            seen.setdefault(int(epoch), []).extend(map(int, rows.split()))
    return seen


def test_two_processes_learn_together(together):
    """Each image is seen once an epoch by one of them, both end well, and one of them writes."""
    out, folder = together
    assert len(set(out.split())) == 1, "the ranks learnt different networks"
    seen = seen_rows(folder, (0, 1))
    assert sorted(seen) == [0, 1, 2]
    assert all(sorted(rows) == list(range(72)) for rows in seen.values())


def test_one_process_goes_on_where_two_were_killed(start, tmp_path):
    """The order of the images is that of the seed, for any number of processes."""
    children = [start("--pace", 0.05, "--together", **environment) for environment in BOTH]
    wait_for(lambda: newest_step(tmp_path) >= 11, children[0])
    for child in children:
        child.kill()
    for child in children:
        child.wait(PATIENCE_SECONDS)
    step = newest_step(tmp_path)
    (tmp_path / SEEN_FILE.format(rank=0)).unlink()
    training = training_child.build(tmp_path)
    assert training.marks.step == step
    epoch, done = divmod(step, training.steps_an_epoch)
    rest = training.order(epoch)[done * 8 :].tolist()
    learn(tmp_path)
    first = (tmp_path / SEEN_FILE.format(rank=0)).read_text().splitlines()[0]
    assert first == f"{epoch}: {' '.join(map(str, rest))}"


@pytest.mark.parametrize("rank", [0, 1])
def test_a_lost_process_ends_the_other(rank, start, tmp_path):
    """Nobody waits for ever, whichever of them it was; torchrun takes the end of one for the end of the job."""
    children = [start("--pace", 0.05, "--together", **environment) for environment in BOTH]
    wait_for(lambda: newest_step(tmp_path) >= 5, children[0])
    children[rank].kill()
    _out, errors = children[1 - rank].communicate(timeout=PATIENCE_SECONDS)
    assert children[1 - rank].returncode == 1, errors


def test_an_elastic_job_starts_again_and_goes_on(start, together, tmp_path):
    """All processes of torchrun are started again, and learn what they would have learnt."""
    child = start("--pace", 0.05, launcher=TORCHRUN)
    kill_a_worker(child, tmp_path)
    out, errors = child.communicate(timeout=PATIENCE_SECONDS)
    assert child.returncode == 0, errors
    assert set(out.split()) == set(together[0].split())


def kill_a_worker(child, tmp_path):
    """One of torchrun's processes, once some checkpoints are written."""
    wait_for(lambda: newest_step(tmp_path) >= 5, child)
    found = subprocess.run(
        ["pgrep", "-f", f"training_child.py {tmp_path}"], capture_output=True, text=True, check=True
    ).stdout.split()
    workers = [int(number) for number in found if int(number) != child.pid]
    os.kill(max(workers), signal.SIGKILL)

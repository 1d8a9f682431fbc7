"""torchrun on two machines that share no disk: the same training as on one, resumed exactly, and never a hang."""

from __future__ import annotations

import os
import re
import time

import pytest

import training_child
from training_child import SEEN_FILE, learn
from two_nodes import cut_cable, ended, started

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 120
CHILD = [training_child.__file__, "work"]


def wait_for_step(node, step, child):
    """Until a checkpoint of that step or a later one is there."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while not any(int(path.name.split("-")[1]) >= step for path in node.folder.glob("work/checkpoints/step-*")):
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < limit
        time.sleep(0.01)


def learnt(said):
    """The digests of what was learnt."""
    return set(re.findall(r"^[0-9a-f]{64}$", "\n".join(said), re.MULTILINE))


def orders(node, rank):
    """The rows that a rank saw, by epoch."""
    lines = (node.folder / "work" / SEEN_FILE.format(rank=rank)).read_text().splitlines()
    return {epoch: rows.split() for epoch, _, rows in (line.partition(": ") for line in lines)}


@pytest.fixture
def expected(nursery, tmp_path):
    """What two processes on one disk learn that nothing happens to."""
    program = [training_child.__file__, tmp_path / "expected", "--together"]
    (tmp_path / "expected").mkdir()
    ranks = [{**os.environ, "WORLD_SIZE": "2", "RANK": rank} for rank in "01"]
    return learnt(ended([nursery.start(program, env=environment) for environment in ranks])[1])


def test_two_machines_learn_what_one_does_and_go_on_exactly(nodes, expected, tmp_path):
    """The same order of images; a node killed with -9 ends the other; both start again, and the result is the same."""
    children = started(nodes, [*CHILD, "--pace", "0.05"])
    wait_for_step(nodes[0], 9, children[0])
    nodes[1].kill()
    statuses, said = ended(children)
    assert statuses[0] not in (0, None)
    assert "Another of the 2 processes that train together has failed" in said[0]
    learn(tmp_path / "alone")
    alone = (tmp_path / "alone" / SEEN_FILE.format(rank=0)).read_text().splitlines()[0].partition(": ")[2].split()
    assert orders(nodes[0], 0)["0"] == alone[0::2]
    assert orders(nodes[1], 1)["0"] == alone[1::2]
    statuses, said = ended(started(nodes, CHILD))
    assert statuses == [0, 0], said
    assert learnt(said) == expected
    assert list(nodes[1].folder.glob("work/checkpoints/*")) == [], "only the first machine keeps states"


def test_one_machine_goes_on_alone(nodes):
    """With --nnodes 1:2 and --max-restarts the job starts again without the machine that is gone, and finishes."""
    children = started(nodes, [*CHILD, "--pace", "0.05"], n_nodes="1:2", restarts=2)
    wait_for_step(nodes[0], 9, children[0])
    nodes[1].kill()
    statuses, said = ended(children)
    assert statuses[0] == 0, said
    assert len(learnt(said)) == 1


def test_the_first_machine_is_lost(nodes):
    """It keeps the meeting point and the states: the other ends with an error."""
    children = started(nodes, [*CHILD, "--pace", "0.05"])
    wait_for_step(nodes[0], 5, children[0])
    nodes[0].kill()
    statuses, said = ended(children)
    assert statuses[1] not in (0, None)
    assert "Another of the 2 processes that train together has failed" in said[1]


def test_a_cable_is_out(nodes):
    """Nobody is told that the other is gone: after the patience both end with an error (torchrun waits longer)."""
    if not nodes[0].namespace:
        pytest.skip("network namespaces cannot be made here")
    children = started(nodes, [*CHILD, "--pace", "0.05", "--patience", "6"])
    wait_for_step(nodes[0], 5, children[0])
    cut_cable(nodes[0])
    limit = time.monotonic() + PATIENCE_SECONDS
    while any(node.workers() for node in nodes):
        assert time.monotonic() < limit, "a process waits for ever"
        time.sleep(0.05)
    for node in nodes:
        node.kill()
    _statuses, said = ended(children)
    assert all("cannot be reached any more" in text for text in said), said

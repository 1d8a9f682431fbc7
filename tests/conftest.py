"""What all tests share: a cache of their own, and one for what takes long to make."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from regraft.core import CACHE_VARIABLE
from socket_fence import close_fence, open_fence, raise_fence, touched
from two_nodes import build_nodes, remove_nodes
from warm_start import CAN_FORK, Nursery, NurseryServer

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read when their libraries are imported
    os.environ.setdefault(_threads, "1")  # each worker has a core; pools of threads would fight for them
# Hundreds of processes are started here: they shall not compile the same modules again, whatever the machine is told.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
raise_fence()
gc.disable()  # what is imported stays: to look for rubbish in it, again and again, takes a fifth of the collection
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # nothing is timed here
settings.register_profile("quick", settings.get_profile("house"), max_examples=20)
os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the library is imported: no test may ask a hub


NURSERY_SERVER = pytest.StashKey[NurseryServer]()


def pytest_configure(config):
    """One process imports what programs need, for all workers."""
    settings.load_profile("quick" if config.option.markexpr == "not slow" else "house")
    if not hasattr(config, "workerinput"):
        heavy = ("torch", "timm", "pyarrow.parquet", "sklearn.linear_model", "networkx", "tensorboardX")
        ours = ("regraft.cli.application", "regraft.slim", "regraft.recipes.training", "regraft.grafting.tuning")
        config.stash[NURSERY_SERVER] = NurseryServer((*ours, *heavy, "warm_habits"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Each worker is told where that process is."""
    node.workerinput["nursery"] = node.config.stash[NURSERY_SERVER].address


@pytest.hookimpl(trylast=True)  # when those that are not asked for are gone
def pytest_collection_modifyitems(items):
    """Files with many slow tests first, then those with many: no worker begins a long one when all others end."""
    n_all = Counter(item.path for item in items)
    n_slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (-n_slow[item.path], -n_all[item.path]))


def pytest_collection_finish():
    """From here on there is rubbish, and what is there so far is none."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # the interpreter looks every 700 objects: a fifth of the time of many tests
    gc.enable()


def pytest_unconfigure(config):
    """All of it is taken down in its order, at the very end: what looks for rubbish before need not look there."""
    atexit.register(gc.unfreeze)
    if NURSERY_SERVER in config.stash:
        config.stash[NURSERY_SERVER].close()


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory) -> Path:
    """A cache for the whole session: weights and graphs are converted once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def loopback():
    """This machine's own address, which this process may use meanwhile: for tests that open sockets of their own."""
    open_fence("loopback")
    yield "127.0.0.1"
    close_fence("loopback")


@pytest.fixture
def nodes(tmp_path):
    """Two machines for torchrun; nothing is left of them after the test."""
    if not CAN_FORK:
        pytest.skip("network namespaces are Linux's")
    built = build_nodes(tmp_path)
    yield built
    for node in built:
        node.close()
    remove_nodes([node.namespace for node in built])


@pytest.fixture(scope="session")
def nursery(pytestconfig):
    """Starts real processes that are spared the imports."""
    is_alone = NURSERY_SERVER in pytestconfig.stash
    nursery = Nursery(pytestconfig.stash[NURSERY_SERVER].address if is_alone else pytestconfig.workerinput["nursery"])
    yield nursery
    nursery.close()


@pytest.fixture(autouse=True)
def _isolated(shared_cache, monkeypatch):
    """No test sees the user's cache or a network's hub."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
    touched.clear()
    yield
    assert not touched, "a network was touched"

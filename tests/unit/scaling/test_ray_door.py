"""A cluster that does not answer is told in a sentence; Ray itself is not even imported."""

from __future__ import annotations

import socket
import sys

import pytest

from regraft.core import ClusterError, has_extra
from regraft.scaling import ray_door


def test_nobody_listens(loopback):
    """It is told at once."""
    with socket.socket() as one:
        one.bind((loopback, 0))
        port = one.getsockname()[1]
    with pytest.raises(ClusterError, match=f"Nothing answers at {loopback}:{port} \\(Connection refused\\)"):
        ray_door.open_ray(f"{loopback}:{port}", 1)


@pytest.mark.skipif(not has_extra("scale"), reason="needs Ray")
def test_something_else_listens(loopback, monkeypatch):
    """It is given up after a stated time."""
    monkeypatch.setattr(ray_door, "_N_SECONDS_TO_ANSWER", 4)
    with socket.socket() as silent:
        silent.bind((loopback, 0))
        silent.listen()
        with pytest.raises(ClusterError, match="does not answer as a Ray cluster within 4 s"):
            ray_door.open_ray(f"{loopback}:{silent.getsockname()[1]}", 1)
    assert "ray" not in sys.modules

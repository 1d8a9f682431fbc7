from __future__ import annotations

import socket

import pytest

from socket_fence import NetworkTouchedError, touched


@pytest.fixture(autouse=True)
def _forgiven():
    """These tests touch it on purpose."""
    yield
    touched.clear()


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_no_test_connects_by_itself(address):
    """Neither to this machine nor to another one."""
    with socket.socket() as plug, pytest.raises(NetworkTouchedError):
        plug.connect((address, 9))


def test_no_name_is_looked_up():
    """Which would ask a server elsewhere."""
    with pytest.raises(NetworkTouchedError):
        socket.getaddrinfo("example.com", 443)


def test_who_opens_a_server_reaches_this_machine_alone(loopback):
    """And nothing else."""
    with socket.create_server((loopback, 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with socket.socket() as plug, pytest.raises(NetworkTouchedError):
        plug.connect(("192.0.2.1", 9))

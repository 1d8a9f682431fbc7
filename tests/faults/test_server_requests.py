"""What no server should understand: each request gets its reason, and the server goes on as if nothing had been."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus import all_cases
from malformed_requests import N_BYTES_MAX, malformed_requests
from raw_requests import CLOSED, send_raw
from served import Served

pytestmark = pytest.mark.slow
N_AT_A_TIME = 7
"""Requests of unknown length that a server accepts at a time, less one."""
N_BYTES_GROWN_MAX = 48 << 20
"""What allocators keep of a few images' memory; a bomb that goes off takes hundreds of megabytes."""


@pytest.fixture(scope="module")
def server(classifier, shared_cache):
    """A server with little patience."""
    limits = ("--max-megabytes", N_BYTES_MAX // 1_000_000, "--header-seconds", "0.7", "--body-seconds", "0.7")
    with Served(f"m={classifier}", *limits, cache=shared_cache) as process:
        yield process


@pytest.fixture
def is_well(server, signs):
    """Checks that a server is alive, and that its memory is back."""
    image = (signs / "red" / "00.png").read_bytes()
    with ThreadPoolExecutor(4) as pool:  # every thread has had some work
        assert {one.status for one in pool.map(lambda _: server.predict("m", image), range(16))} == {200}
    before = resident(server)
    yield
    assert server.predict("m", image).json["predictions"][0]["label"] == "red"
    assert server.ask("GET", "/health/ready").status == 200
    assert resident(server) - before < N_BYTES_GROWN_MAX
    metrics = server.ask("GET", "/metrics").body.decode()
    assert "regraft_requests_under_way 0.0" in metrics
    assert "regraft_bytes_under_way 0.0" in metrics
    assert "regraft_engine_restarts 0.0" in metrics
    assert {one["event"] for one in server.logged()} <= {"classifier_opened", "request"}
    assert not any("Traceback" in line or "Warning" in line for line in server.lines)


def resident(server):
    """Bytes of memory that a process has, where the system says so."""
    status = Path(f"/proc/{server.process.pid}/status")
    if not sys.platform.startswith("linux"):
        return 0
    return next(int(line.split()[1]) << 10 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def wrong_in(case, heard):
    """What is not as it should be in an answer."""
    if heard.status not in case.statuses:
        return f"{case.name}: {heard.status} {heard.body[:200]}"
    if heard.status == CLOSED or case.data.startswith(b"HEAD"):
        return None
    told, _ = json.JSONDecoder().raw_decode(heard.body.decode())
    is_problem = b"content-type: application/problem+json" in heard.head and told["status"] == heard.status
    return None if is_problem and told["code"] and told["detail"].endswith(".") else f"{case.name}: {heard.body[:200]}"


@pytest.mark.usefixtures("is_well")
def test_a_malformed_request_is_told_what_is_wrong_with_it(server):
    """Lengths that lie, endless chunks, bombs of forms, floods of headers, noise: a 4xx problem with its reason."""
    cases = malformed_requests()
    assert len(cases) >= 300
    with ThreadPoolExecutor(N_AT_A_TIME) as pool:
        heard = list(pool.map(lambda case: send_raw(server.port, case.data, ends=case.ends), cases))
    assert [wrong for wrong in map(wrong_in, cases, heard) if wrong] == []


@pytest.mark.usefixtures("is_well")
def test_a_malformed_image_is_told_what_is_wrong_with_it(server):
    """Every file of the corpus gets an answer or its reason, bombs among them."""
    with ThreadPoolExecutor(N_AT_A_TIME) as pool:
        told = list(pool.map(lambda case: server.predict("m", case.data), all_cases()))
    found = [one.json["unreadable"][0]["reason"] if one.status == 422 else one.status for one in told]
    assert found == [400 if not case.data else 200 if case.is_readable else case.expected for case in all_cases()]

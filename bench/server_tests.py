"""What tests/faults/ sends to servers, for the scripts beside it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))
from described import ask_as_described
from malformed_requests import N_BYTES_MAX, malformed_requests
from object_store import BUCKET, ObjectStore, Way
from raw_requests import send_raw
from served import Served
from server_load import Load, await_that

__all__ = [
    "BUCKET",
    "N_BYTES_MAX",
    "Load",
    "ObjectStore",
    "Served",
    "Way",
    "ask_as_described",
    "await_that",
    "malformed_requests",
    "send_raw",
]

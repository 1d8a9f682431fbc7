"""The one door to Ray: quiet, without statistics, and never waiting for a cluster that does not answer."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import ClusterError, n_usable_cores, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # its C++ writes to standard error what its Python says again
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what becomes the default, and is warned of until then
}
_OF_OUR_OWN = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # whatever the system: all ports on loopback, no other machine joins
    "RAY_AUTH_MODE": "token",
}
_N_SECONDS_TO_CONNECT = 5
_N_SECONDS_TO_ANSWER = 30
_N_STORE_BYTES = 128 << 20
_N_STORE_BYTES_AN_IMAGE = 1024


def open_ray(address: str | None, n_images: int) -> Any:
    """The module `ray`, connected to a cluster; it stays connected until the process ends.

    Args:
        address: HOST:PORT of one that runs; None to start one on this machine, which ends with this process.
        n_images: How many there are to be computed: a cluster of our own has memory for their names.

    Raises:
        ClusterError: No cluster answers within half a minute, or it is of another version.
    """
    os.environ.update(_SETTINGS)
    if "ray" in sys.modules and sys.modules["ray"].is_initialized():
        return sys.modules["ray"]
    if address is None:
        os.environ.update(_OF_OUR_OWN)
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    else:
        _require_answer(address)
    import ray

    own: dict[str, Any] = {}
    if address is None:
        n_bytes = _N_STORE_BYTES + _N_STORE_BYTES_AN_IMAGE * n_images
        own = {"num_cpus": n_usable_cores(), "include_dashboard": False, "object_store_memory": n_bytes}
    try:
        with _muted():
            ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **own)
    except (RuntimeError, ConnectionError, ValueError, ray.exceptions.RayError) as error:
        raise ClusterError(_refused(address, error)) from error
    # A dead node is news for Ray's authors, who print it among our answers; here its work is done by another.
    sys.modules["ray._private.worker"].__dict__["print_to_stdstream"] = lambda *_lines, **_options: None
    return ray


def open_ray_data() -> Any:
    """The module `ray.data`, which says nothing by itself."""
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    return ray.data


@contextmanager
def _muted() -> Iterator[None]:
    """Nothing goes to standard error: Ray's C++ tells there that it shall tell nothing."""
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _require_answer(address: str) -> None:
    """See that a cluster answers. Ray itself would ask for minutes, and some of its questions end the process."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_N_SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"Nothing answers at {address} ({getattr(error, 'strerror', None) or error}). Is the Ray cluster started "
            "there (ray start --head --port PORT), and may this machine reach it?"
        ) from error
    asking = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    try:
        asked = subprocess.run(  # noqa: S603 - an address of the user's, no shell
            asking, capture_output=True, text=True, timeout=_N_SECONDS_TO_ANSWER, check=False
        )
        is_answered, said = asked.returncode == 0, asked.stderr
    except subprocess.TimeoutExpired:
        is_answered, said = False, ""
    if not is_answered:
        advice = (
            "It wants a token, or another one: set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN to the cluster's."
            if "token" in said or "nauthenticated" in said
            else "Is it a Ray cluster's head, and does it run?"
        )
        raise ClusterError(f"{address} does not answer as a Ray cluster within {_N_SECONDS_TO_ANSWER} s. {advice}")


def _refused(address: str | None, error: Exception) -> str:
    """Why Ray could not be used, in a sentence."""
    reason = shortened(" ".join(str(error).split()), 300)
    if address is None:
        return f"Ray cannot be started on this machine: {reason}"
    if "ersion mismatch" in reason:
        return f"The Ray cluster at {address} has other versions than this process: {reason}. Install the same on both."
    return (
        f"The Ray cluster at {address} cannot be used from here: {reason}. This machine must be one of its nodes (ray "
        "start --address HOST:PORT)."
    )

"""A server against its own OpenAPI, asked by Schemathesis."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def ask_as_described(port: int, folder: Path, *, n_each: int, headers: Sequence[str] = ()) -> tuple[int, str]:
    """Ask a server whatever its OpenAPI allows, and what it does not.

    Args:
        port: Of the server.
        folder: For what Schemathesis writes.
        n_each: Requests of a kind and route, about.
        headers: Of each request.

    Returns:
        How many requests that were, and what is wrong; nothing, if all is well.
    """
    program = Path(sys.executable).with_name("schemathesis")
    how = ["--max-examples", str(n_each), "--seed", "1", "--continue-on-failure", "--no-color", "--checks", "all"]
    # a schema cannot say which bytes are an image; a server that is busy says so
    how += ["--exclude-checks", "positive_data_acceptance"]
    how += [word for header in headers for word in ("--header", header)]
    address = f"http://127.0.0.1:{port}/openapi.json"
    done = subprocess.run(
        [program, "run", address, *how], capture_output=True, text=True, check=False, cwd=folder, timeout=1200
    )
    counted = re.search(r"([\d,]+) generated", done.stdout)
    is_well = done.returncode == 0 and counted and "WARNINGS" not in done.stdout
    return int(counted[1].replace(",", "")) if counted else 0, "" if is_well else done.stdout + done.stderr

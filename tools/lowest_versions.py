"""The lowest versions that pyproject.toml allows of what the base needs, one requirement a line.

Where the registry has no wheel of a lowest version for this Python, the next that has one is taken, and said so. pip
is asked, so its settings count.

    python tools/lowest_versions.py > lowest.txt        # about 10 seconds
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def main() -> None:
    """Look them up and print."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    with ThreadPoolExecutor() as pool:
        for line in pool.map(lowest, map(Requirement, project["dependencies"])):
            print(line)


def lowest(wanted: Requirement) -> str:
    """The least version of one requirement that can be installed here."""
    asked = [sys.executable, "-m", "pip", "index", "versions", "--only-binary", ":all:", wanted.name]
    answer = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    listed = re.search(r"^Available versions: (.*)$", answer, flags=re.MULTILINE)
    found = min(wanted.specifier.filter(map(Version, listed[1].split(", ") if listed else ())), default=None)
    if found is None:
        raise SystemExit(f"The registry has no wheel for {wanted} and this Python.")
    if found not in {Version(bound.version) for bound in wanted.specifier}:
        print(f"{wanted} begins with {found} on this Python.", file=sys.stderr)
    return f"{wanted.name}=={found}"


if __name__ == "__main__":
    main()

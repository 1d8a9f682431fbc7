from __future__ import annotations

import subprocess
import sys

HELP = """
import sys
from regraft.cli.application import run
code = run(["--help"])
print("NEEDLESS", *sorted({"concurrent.futures", "regraft.cli.usage_errors"} & set(sys.modules)))
sys.exit(code)
"""


def test_the_help_loads_no_explanations_of_errors():
    """What only errors and threads need is imported when there are some."""
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "NEEDLESS"

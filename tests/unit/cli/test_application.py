from __future__ import annotations

import os
import subprocess
import sys

import pytest

HELP = """
import sys
from regraft.cli.application import run
code = run(["--help"])
print("NEEDLESS", *sorted({"concurrent.futures", "importlib.metadata", "regraft.cli.usage_errors"} & set(sys.modules)))
sys.exit(code)
"""


def test_the_help_loads_no_explanations_of_errors():
    """What only errors and threads need is imported when there are some."""
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "NEEDLESS"


@pytest.mark.slow
def test_one_of_the_processes_that_train_together_tells_an_error(nursery, tmp_path):
    """All meet the same one and exit alike; the first to meet it says it. One that another has is said, too."""
    verbs = [("finetune", "nowhere")] * 3 + [("finetune", "elsewhere")]
    children = []
    for rank, verb in enumerate(verbs):
        place = tmp_path / "attempt_0" / str(rank) / "error.json"
        place.parent.mkdir(parents=True)
        environment = {**os.environ, "RANK": str(rank), "TORCHELASTIC_ERROR_FILE": str(place)}
        children.append(nursery.start(["-m", "regraft", *verb], cwd=tmp_path, env=environment))
    told = [child.communicate(timeout=120)[1] for child in children]
    assert [child.poll() for child in children] == [3] * 4
    assert sorted(map(bool, told[:3])) == [False, False, True]
    assert "'elsewhere'" in told[3]

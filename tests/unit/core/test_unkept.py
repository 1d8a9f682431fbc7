from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

IN_A_POOL = """
import multiprocessing, sys
from regraft.core import scratch_folder

def work(_number):
    (scratch_folder() / "x").write_text("x")
    return str(scratch_folder())

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.map(work, [1])[0])
        pool.close()
        pool.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pools_worker_leaves_no_scratch_folder(method, tmp_path):
    """Workers end without the interpreter's own farewell: their folders go all the same."""
    if method == "fork" and sys.platform != "linux":
        pytest.skip("processes are not forked here")
    (tmp_path / "pool.py").write_text(IN_A_POOL)
    command = [sys.executable, "pool.py", method]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path)
    folder = Path(done.stdout.strip())
    assert folder.name.startswith("regraft-")
    assert not folder.exists()

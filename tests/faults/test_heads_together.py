"""One head, fitted by two processes that hold different rows."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from regraft.heads import FoldTable, StreamedData, StreamedWalk

PROGRAM = """
import os
import signal
import sys
from pathlib import Path

import numpy as np
from torch import distributed

from regraft.finetuning import join_world
from regraft.heads import FoldTable, StreamedData, StreamedWalk

FOLDER, RANK = Path(sys.argv[0]).parent, int(os.environ["RANK"])
distributed.init_process_group("gloo", init_method=(FOLDER / "meeting").as_uri(), rank=RANK, world_size=2)


class Dying:
    shape, dtype = property(lambda rows: rows.kept.shape), property(lambda rows: rows.kept.dtype)

    def __init__(self, kept):
        self.kept, self.n_reads = kept, 0

    def __getitem__(self, rows):
        self.n_reads += 1
        if self.n_reads > 20:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.kept[rows]


if __name__ == "__main__":
    X, y = np.load(FOLDER / "X.npy", mmap_mode="r"), np.load(FOLDER / "y.npy")
    mine = slice(0, 400) if RANK == 0 else slice(400, None)
    rows = Dying(X[mine]) if RANK == 1 and "--dies" in sys.argv else X[mine]
    folds = FoldTable.of(np.arange(len(X)) % 3)
    folds = FoldTable(folds.is_train[mine], folds.is_test[mine])
    data = StreamedData(rows, y[mine], 4, np.ones(len(y[mine]), np.float32), folds, join_world("cpu"))
    walk = StreamedWalk("softmax", data, n_features=20, normalisation="standard", scoring="accuracy")
    walk.run(np.geomspace(1e-4, 1, 5), can_grow=False)
    head = walk.refitted(1.0)
    np.savez(FOLDER / f"{RANK}.npz", scores=walk.path.scores, coef=head.coef, intercept=head.intercept)
"""


@pytest.fixture
def together(tmp_path, nursery):
    """Rows in a file, and what starts both processes on them."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 1000)
    X = np.maximum(rng.normal(size=(4, 20))[y] + rng.normal(size=(1000, 20)) + 1, 0).astype(np.float16)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    (tmp_path / "fitting.py").write_text(PROGRAM)

    def start(*arguments):
        command = [tmp_path / "fitting.py", *arguments]
        return [nursery.start(command, env={**os.environ, "WORLD_SIZE": "2", "RANK": rank}) for rank in "01"]

    return X, y, start, tmp_path


@pytest.mark.slow
def test_two_processes_fit_the_head_that_one_does(together):
    """Of 400 and 600 rows: the same path and head in both, to the last bit, and that of one process nearly."""
    X, y, start, folder = together
    for process in start():
        _out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    first, second = (dict(np.load(folder / f"{rank}.npz")) for rank in range(2))
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])
    data = StreamedData(X, y, 4, np.ones(1000, np.float32), FoldTable.of(np.arange(1000) % 3))
    walk = StreamedWalk("softmax", data, n_features=20, normalisation="standard", scoring="accuracy")
    walk.run(np.geomspace(1e-4, 1, 5), can_grow=False)
    np.testing.assert_allclose(first["scores"], walk.path.scores, atol=0.01)
    np.testing.assert_allclose(first["coef"], walk.refitted(1.0).coef, atol=1e-3)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_where_one_process_is_killed_the_other_ends(together):
    """It does not wait for sums that nobody will send."""
    first, second = together[2]("--dies")
    _out, said = first.communicate(timeout=120)
    second.communicate(timeout=120)
    assert second.returncode == -signal.SIGKILL
    assert first.returncode not in (0, None)
    assert "gloo" in said.lower() or "connection" in said.lower()
    assert not Path(together[3] / "0.npz").exists()

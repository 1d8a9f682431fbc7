"""Heads on features larger than memory: time a pass, memory, and the same head as where features are in memory.

    python bench/streamed_heads.py               # 1,000,000 x 1,280 float16, 100 classes: about 20 minutes on 2 cores
    python bench/streamed_heads.py --rows 100000
    python bench/streamed_heads.py --quick       # 3,000 x 32, 4 classes

10 strengths x 3 folds, one normalisation, in a child process over a mapped file of features. A pass is measured beside
what bounds it, in the same process: reading the file's bytes once from the page cache with as many threads, and matrix
products of the same shapes. Memory is what the child itself holds at its peak (RssAnon); mapped pages of the file,
which the system may drop, are told apart. Then 50,000 of the rows: streamed against in memory, same folds. The disk
must have room for the file (2.6 GB for a million rows), in the folder that --folder names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from regraft.core import n_usable_cores
from regraft.heads import Candidates, FoldTable, StreamedData, StreamedWalk, select_head
from rounds import new_parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

N_FOLDS = 3
STRENGTHS = np.geomspace(1e-1, 1e4, 10)
CHUNK = 1 << 24


@dataclass(frozen=True)
class Case:
    """A size: rows, features, classes, and the rows that are compared with the in-memory solver."""

    n: int
    d: int
    k: int
    n_compared: int


def main() -> None:
    """Measure what the arguments ask for."""
    parser = new_parser(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--head", choices=("softmax", "svm"), default="softmax")
    parser.add_argument("--folder", type=Path, help="where the file of features is written; it is removed afterwards")
    parser.add_argument("--child", type=Path, help="for the script itself")
    arguments = parser.parse_args()
    case = Case(3_000, 32, 4, 2_000) if arguments.quick else Case(arguments.rows, 1_280, 100, 50_000)
    if arguments.child is not None:
        print(json.dumps(measured(arguments.child, case, arguments.head)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        write_features(Path(folder), case)
        child = [sys.executable, __file__, *sys.argv[1:], "--child", folder]
        tell(json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]), case)
        compare(Path(folder), case, arguments.head)


def write_features(folder: Path, case: Case) -> None:
    """Like pooled features of a ConvNet: positive, correlated, classes that overlap; block by block."""
    rng = np.random.default_rng(0)
    spectrum = np.geomspace(2, 0.05, case.d).astype(np.float32)
    mixing = rng.standard_normal((case.d, case.d), np.float32) * spectrum[:, None]
    centres = rng.standard_normal((case.k, case.d), np.float32) * np.float32(4.3 / np.sqrt(case.d))
    labels = rng.integers(0, case.k, case.n)
    rows = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float16, (case.n, case.d))
    for start in range(0, case.n, 8192):
        block = slice(start, start + 8192)
        drawn = centres[labels[block]]
        drawn = drawn + rng.standard_normal(drawn.shape, np.float32)
        rows[block] = np.maximum(drawn @ mixing + 0.5, 0)
    rows.flush()
    np.save(folder / "y.npy", labels)


def measured(folder: Path, case: Case, head: str) -> dict[str, Any]:
    """The search, then a pass beside what bounds it: seconds and bytes."""
    X, y = np.load(folder / "X.npy", mmap_mode="r"), np.load(folder / "y.npy")
    folds = FoldTable.of(np.arange(case.n) % N_FOLDS)
    data = StreamedData(X, y, case.k, np.ones(case.n, np.float32), folds)
    kind: Any = head
    with Memory() as memory:
        began = time.perf_counter()
        walk = StreamedWalk(kind, data, n_features=case.d, normalisation="l2", scoring="accuracy")
        basis = time.perf_counter()
        walk.run(STRENGTHS, can_grow=False)
        walked = time.perf_counter()
        n_passes = walk.n_passes
        walk.refitted(1.0)
        ended = time.perf_counter()
        seconds = timed(lambda: walk.samples.measure(walk.best_weights, folds.is_train))
    return {
        "basis": basis - began,
        "path": walked - basis,
        "refit": ended - walked,
        "n_strengths": len(walk.path.strengths),
        "n_passes": n_passes,
        "n_refit": walk.n_passes - n_passes,
        "best": walk.best_strength,
        "score": walk.best_score,
        "pass": seconds,
        "read": timed(lambda: read_once(folder / "X.npy")),
        "products": product_seconds(case),
        "anonymous": memory.anonymous,
        "mapped": memory.mapped,
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds, the better of two."""
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def read_once(path: Path) -> None:
    """All bytes of a file, copied into memory by a thread a core."""
    size, n_threads = path.stat().st_size, n_usable_cores()

    def read(first: int) -> None:
        buffer = bytearray(CHUNK)
        with path.open("rb", buffering=0) as file:
            for start in range(first * CHUNK, size, n_threads * CHUNK):
                file.seek(start)
                file.readinto(buffer)

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(read, range(n_threads)))


def product_seconds(case: Case) -> float:
    """What the products of a pass take: each row with the heads of all folds but its own, forth and back."""
    rng = np.random.default_rng(0)
    n_rows, n_columns = min(8192, case.n), (N_FOLDS - 1) * (case.k if case.k > 2 else 1)
    rows = rng.standard_normal((n_rows, case.d), np.float32)
    weights = rng.standard_normal((case.d, n_columns), np.float32)

    def multiply() -> None:
        _back = rows.T @ (rows @ weights)

    multiply()
    return timed(multiply) * case.n / n_rows


class Memory:
    """Watches what this process holds: its own pages, and those of mapped files, at their peaks (Linux)."""

    def __init__(self) -> None:
        self.anonymous = self.mapped = 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            try:
                status = Path("/proc/self/status").read_text(encoding="ascii")
            except OSError:
                return
            found = {line.split(":")[0]: int(line.split()[1]) << 10 for line in status.splitlines() if "kB" in line}
            self.anonymous = max(self.anonymous, found.get("RssAnon", 0))
            self.mapped = max(self.mapped, found.get("RssFile", 0))


def tell(found: dict[str, Any], case: Case) -> None:
    """The figures of the child."""
    bound = max(found["read"], found["products"])
    print(f"\n{case.n:,} x {case.d:,} float16, {case.k} classes, {found['n_strengths']} strengths x {N_FOLDS} folds")
    print(f"best strength {found['best']:.3g}, accuracy {found['score']:.4f}")
    print(f"{'mean, scale, Gram matrix':32} {found['basis']:9.1f} s")
    print(f"{'path':32} {found['path']:9.1f} s, {found['n_passes']} passes")
    print(f"{'head on all rows':32} {found['refit']:9.1f} s, {found['n_refit']} passes")
    print(f"{'a pass':32} {found['pass']:9.3f} s")
    print(f"{'reading the bytes once':32} {found['read']:9.3f} s")
    print(f"{'its matrix products alone':32} {found['products']:9.3f} s: the pass takes {found['pass'] / bound:.2f} x")
    print(f"{'memory of its own, peak':32} {found['anonymous'] / 1e6:9.0f} MB")
    print(f"{'pages of the mapped file, peak':32} {found['mapped'] / 1e6:9.0f} MB")


def compare(folder: Path, case: Case, head: str) -> None:
    """Streamed against in memory, on some of the rows."""
    n = min(case.n_compared, case.n)
    X, y = np.load(folder / "X.npy", mmap_mode="r")[:n], np.load(folder / "y.npy")[:n]
    folds = FoldTable.of(np.arange(n) % N_FOLDS)
    candidates = Candidates("svm" if head == "svm" else "softmax", normalisations=("l2",), strengths=STRENGTHS.tolist())
    print(f"\n{n:,} rows: in memory and streamed")
    seconds, objectives, strengths = [], [], []
    for streams in (False, True):
        began = time.perf_counter()
        selection = select_head(X, y, folds, candidates, streams=streams)
        seconds.append(time.perf_counter() - began)
        objectives.append(objective(selection.head, X, y, selection.strength))
        strengths.append(selection.strength)
        name = "streamed" if streams else "in memory"
        print(f"{name:32} {seconds[-1]:9.1f} s, strength {selection.strength:.3g}, accuracy {selection.score:.4f}")
    gap = f"objectives differ by {abs(objectives[1] / objectives[0] - 1):.1e}"
    equal = gap if strengths[0] == strengths[1] else "the strengths differ"
    print(f"streamed takes {seconds[1] / seconds[0]:.2f} x the time; {equal}")


def objective(head: Any, X: NDArray[Any], y: NDArray[Any], strength: float) -> float:
    """Of the head that was fitted on all rows; two classes have one column."""
    scores = head.scores(X).astype(np.float64)
    coef = head.coef.astype(np.float64)
    if head.kind == "softmax":
        top = scores.max(axis=1)
        losses = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top - scores[np.arange(len(y)), y]
    else:
        signs = np.where(y[:, None] == np.arange(scores.shape[1]), 1, -1)
        losses = np.square(np.maximum(0, 1 - signs * scores)).sum(axis=1)
    return float(0.5 * (coef**2).sum() + strength * losses.sum())


if __name__ == "__main__":
    main()

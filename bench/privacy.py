"""Whom Regraft asks, what it starts and where it writes: every verb in a process that is watched.

    python bench/privacy.py            # a table: network calls, other processes and foreign files; a minute
    python bench/privacy.py --quick    # two commands only

The commands run one after the other in one process, with an empty HOME and TMPDIR; what it does at its end, and leaves
behind, counts as the last one's. What they do is seen twice: by Python's audit events, and by a library that is loaded
before all others (`watched_calls.c`), because libraries in C++ and Rust raise no such events. A file is foreign where
it is neither in the cache nor in the folder that the commands are started in.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from rounds import give_up, new_parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).parent
_WATCHED = "REGRAFT_WATCHED_CALLS"
_LENET = ("--backbone", "runs/lenet", "--augmentation", "none")
_SLIM = ("--model_name=lenet", "--max_number_of_steps=4", "--batch_size=8")
_SLIM_EVAL = ("--dataset_dir=photos", "--dataset_split_name=test", "--eval_dir=judged")
_SLIM_EXPORT = ("--checkpoint_path=runs/slim", "--output_file=exported")
_SMALL = (*_LENET, "--epochs", "1", "--batch-size", "8")

COMMANDS: dict[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "import regraft": ("-c", "import regraft; [getattr(regraft, name) for name in regraft.__all__]"),
    "doctor": ("doctor",),
    "backbones": ("backbones",),
    "datasets": ("datasets", "list"),
    "datasets convert": ("datasets", "convert", "photos", "--to", "tfrecord", "--out", "shards"),
    "scan": ("scan", "photos"),
    "new": ("new", "model", "my_network.py"),
    "pretrain": ("pretrain", "photos", "--backbone", "lenet", "--epochs", "1", "--name", "lenet"),
    "probe": ("probe", "photos", "--name", "probe", "--n-strengths", "3"),
    "audit": ("audit", "photos", "--decisions", "decisions.csv", "--n-strengths", "3"),
    "curve": ("curve", "photos", "--repeats", "1"),
    "finetune": ("finetune", "photos", *_SMALL, "--name", "finetune"),
    "train": ("train", "photos", *_LENET, "--rates", "0.001", "--epochs", "1", "--name", "train"),
    "sweep": ("sweep", "photos", *_SMALL, "--trials", "2", "--jobs", "2", "--over", "learning_rate=0.001,0.002"),
    "compare": ("compare", "photos", "--backbones", "efficientnet-lite0", "--heads", "softmax", "svm"),
    "embed": ("embed", "photos", "--out", "features.parquet"),
    "evaluate": ("evaluate", "runs/probe", "photos"),
    "predict": ("predict", "runs/probe", "photos"),
    "explain": ("explain", "runs/probe", "photos/test/red/4.jpg"),
    "export": ("export", "runs/probe", "--to", "all"),
    "check": ("check", "runs/finetune"),
    "serve": ("serve", "runs/probe", "--check", "--port", "0"),
    "slim": ("slim", "train_image_classifier", *_SLIM, "--train_dir=runs/slim", "--dataset_dir=photos"),
    "slim eval_image_classifier": ("slim", "eval_image_classifier", "--checkpoint_path=runs/slim", *_SLIM_EVAL),
    "slim export_inference_graph": ("slim", "export_inference_graph", *_SLIM_EXPORT),
    "slim label_image": ("slim", "label_image", "--graph=exported", "--image=photos/test/red/4.jpg"),
    "cache": ("cache", "verify"),
    "demo": ("demo", "--n-strengths", "3", "--name", "demo"),
}
"""What is run, by the verb (or what else it is); a later command uses what earlier ones have left."""

QUICK = ("--help", "scan")
"""What `--quick` runs; `tests/functional/test_privacy.py` runs all but the demonstration."""

ALLOWED_PROCESSES = {"sweep": "--jobs 2 is one more process, seen from Python and from C; the user asked for it"}

_AUDIT = """
import os, sys
_EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "os.fork", "os.forkpty",
           "os.posix_spawn", "os.exec", "os.system", "subprocess.Popen")
def _note(event, arguments):
    if event in _EVENTS:
        kind = "network" if event.startswith("socket") else "process"
        handle = os.open(os.environ["REGRAFT_WATCHED_CALLS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{os.getpid()}\\t{kind}\\t{event} {arguments!r:.200}\\n".encode("utf-8", "replace"))
        os.close(handle)
sys.addaudithook(_note)
"""


_IN_TURN = """
import json, os, sys
from regraft.cli.application import run
def work(command):
    if command[0] == "-c":
        return exec(command[1], {})
    return run(command)
for name, command in json.loads(sys.argv[2]).items():
    os.environ["REGRAFT_WATCHED_CALLS"] = log = os.path.join(sys.argv[1], name)
    code = work(command) or 0
    with open(log + ".code", "w") as file:
        file.write(str(code))
"""


@dataclass
class Seen:
    """What one command did.

    Attributes:
        exit_code: 0 where it worked.
        network: Look-ups and connections.
        processes: Other processes that were started.
        foreign_files: Files that were written outside the cache and the working folder, whether they are there or not.
        temporary_files: What was left in TMPDIR.
        errors: The end of what the process wrote to standard error.
    """

    exit_code: int
    network: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    foreign_files: list[str] = field(default_factory=list)
    temporary_files: list[str] = field(default_factory=list)
    errors: str = ""


class Area:
    """A folder with an empty HOME, an empty TMPDIR, a cache, a working folder with a few images, and the watchers.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("home", "tmp", "cache", "work", "watch"):
            (folder / name).mkdir()
        library = folder / "watch" / "watched_calls.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "watched_calls.c", "-ldl"], check=True)
        (folder / "watch" / "sitecustomize.py").write_text(_AUDIT)
        _write_photos(folder / "work" / "photos")
        paths = [str(folder / "watch"), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "REGRAFT_CACHE": str(folder / "cache"),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python itself keeps compiled modules beside their sources
            "LD_PRELOAD": str(library),
        }
        self.environment |= {name: os.environ[name] for name in ("OMP_NUM_THREADS",) if name in os.environ}

    def run(self, commands: Mapping[str, tuple[str, ...]]) -> dict[str, Seen]:
        """Run commands of Regraft, or of Python (`-c ...`), one after the other in one process; say what each did."""
        logs = self.folder / "watch" / "logs"
        logs.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _IN_TURN, logs, json.dumps(commands)],
            cwd=self.folder / "work",
            env={**self.environment, _WATCHED: str(logs / next(iter(commands)))},
            capture_output=True,
            text=True,
            check=False,
        )
        found = {name: self._read(logs / name, done) for name in commands}
        *_, last = found.values()
        last.foreign_files.extend(str(path) for path in (self.folder / "home").rglob("*"))
        last.temporary_files.extend(str(path) for path in (self.folder / "tmp").rglob("*"))
        return found

    def _read(self, log: Path, done: subprocess.CompletedProcess[str]) -> Seen:
        """What one command did; it has failed, too, where the process ended before it."""
        code = log.with_name(f"{log.name}.code")
        seen = Seen(done.returncode or (int(code.read_text()) if code.exists() else 1), errors=done.stderr[-2000:])
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        for line in dict.fromkeys(lines):
            _pid, kind, what = line.split("\t", 2)
            if kind == "write":
                seen.foreign_files.extend([what] if self._is_foreign(Path(os.path.normpath(what))) else [])
            else:
                (seen.network if kind == "network" else seen.processes).append(what)
        return seen

    def _is_foreign(self, path: Path) -> bool:
        if path in (Path("/dev/null"), Path("/dev/tty")):
            return False
        return not any(path.is_relative_to(self.folder / ours) for ours in ("cache", "work", "tmp", "watch/logs"))


def _write_photos(folder: Path) -> None:
    rng = np.random.default_rng(5)
    for colour, name in (((200, 60, 60), "red"), ((60, 60, 200), "blue")):
        for side in ("train", "test"):
            (folder / side / name).mkdir(parents=True)
        for number in range(20):
            pixels = np.clip(rng.normal(colour, 40, (32, 32, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / ("train" if number % 4 else "test") / name / f"{number}.jpg")


def examine(names: Iterable[str]) -> dict[str, Seen]:
    """Run these commands, in one area, and say what they did."""
    with tempfile.TemporaryDirectory() as scratch:
        area = Area(Path(scratch).resolve())
        return area.run({name: COMMANDS[name] for name in names})


def main() -> None:
    """Print the table."""
    is_quick = new_parser(__doc__).parse_args().quick
    if not sys.platform.startswith("linux") or not shutil.which("cc"):
        give_up("This needs Linux and a C compiler: sudo apt install gcc")
    found = examine(QUICK if is_quick else COMMANDS)
    print("| command | network calls | other processes | foreign files | left in TMPDIR |\n|---|---|---|---|---|")
    for name, seen in found.items():
        reason = f" ({ALLOWED_PROCESSES[name]})" if seen.processes and name in ALLOWED_PROCESSES else ""
        print(
            f"| {name} | {len(seen.network)} | {len(seen.processes)}{reason} | {len(seen.foreign_files)} | "
            f"{len(seen.temporary_files)} |"
        )
    if failed := [name for name, seen in found.items() if seen.exit_code]:
        sys.exit(f"These commands failed: {', '.join(failed)}. {found[failed[0]].errors}")


if __name__ == "__main__":
    main()

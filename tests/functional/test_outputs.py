"""Outputs that are closed, full, cut off, or a terminal of some kind: real processes, real pipes, real terminals."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys

import pytest

from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow

PROGRAM = f"{sys.executable} -m regraft"
CLOSED = {"out": ">&-", "error": "2>&-", "in": "<&-", "all": "<&- >&- 2>&-"}


@pytest.fixture
def shell(shared_cache, tmp_path):
    """Runs a command line of bash, in which `regraft` is ours."""

    def run(line, **environment):
        known = {CACHE_VARIABLE: str(shared_cache), "HF_HUB_OFFLINE": "1", **environment}
        line = f'regraft() {{ {PROGRAM} "$@"; }}; {line}'
        settings = {"cwd": tmp_path, "env": {**os.environ, **known}, "timeout": 240}
        return subprocess.run(["bash", "-c", line], capture_output=True, check=False, text=True, **settings)

    return run


def is_quiet(error):
    """Whether nothing went wrong that somebody should have foreseen."""
    return not any(word in error for word in ("Traceback", "Exception ignored", "did not foresee", "BrokenPipe"))


@pytest.mark.parametrize(
    ("verb", "ending", "exit_code", "message"),
    [
        ("backbones", ">&-", 5, "Standard output cannot be written to (it is closed)"),
        ("backbones", "> /dev/full", 5, "Standard output cannot be written to (No space left on device)"),
        ("--help", "> /dev/full", 5, "No space left"),
        ("--version", ">&-", 5, "closed"),
        ("backbones", "2>&-", 0, ""),
        ("backbones", "2> /dev/full", 0, ""),
        ("backbones", "<&-", 0, ""),
        ("backbones", "<&- >&- 2>&-", 5, ""),
        ("nonsense", "2>&-", 2, ""),
        ("nonsense", "2> /dev/full", 2, ""),
        ("predict . -", "<&-", 5, "list of files on standard input cannot be read"),
    ],
)
def test_an_output_that_takes_nothing_is_one_sentence(shell, verb, ending, exit_code, message):
    """A closed or full output is told once, with its own exit code, where there is somebody to tell it to."""
    done = shell(f"regraft {verb} {ending}")
    assert done.returncode == exit_code, done.stderr
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == bool(message)


@pytest.mark.parametrize(("reader", "unbuffered"), [("head -1", ""), ("true", ""), ("head -c 1", "1")])
def test_a_reader_that_has_had_enough_hears_nothing(shell, reader, unbuffered):
    """`| head` ends a listing without a word, and it is no failure."""
    done = shell(f"set -o pipefail; regraft backbones --format json | {reader}", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("ending", ["> /dev/full 2>&1", "<&- >&- 2>&-", "2>&1 | true"])
def test_a_run_is_kept_whatever_becomes_of_its_output(shell, photos, probed, tmp_path, ending):  # noqa: ARG001 - its cache
    """Training ends, and its run is whole, though nobody can read what is printed; only the exit code differs."""
    done = shell(f"regraft probe {photos} --n-strengths 2 --runs runs --name kept {ending}")
    assert done.returncode == (0 if "true" in ending else 5)
    assert is_quiet(done.stderr)
    assert json.loads((tmp_path / "runs" / "kept" / "report.json").read_bytes())["assessment"]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["kept"]


def test_no_file_takes_the_place_of_a_closed_stream(shell, photos, probed, tmp_path):
    """What libraries write to a closed output never lands in a file of ours: check finds every file as it was."""
    assert shell(f"regraft embed {photos} --out features.parquet <&- >&- 2>&-").returncode == 5
    assert (tmp_path / "features.parquet").read_bytes()[:4] == b"PAR1"
    assert shell(f"regraft check {probed.folder}").returncode == 0


def on_terminal(arguments, cache, exit_code=0, **environment):
    """What a program writes to a terminal, standard error and all."""
    ours, theirs = pty.openpty()
    known = {**os.environ, CACHE_VARIABLE: str(cache), "HF_HUB_OFFLINE": "1", "TERM": "xterm-256color", **environment}
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"):
        known.pop(name, None) if name not in environment else None
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen([sys.executable, "-m", "regraft", *map(str, arguments)], env=known, **streams) as process:
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 120)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the terminal's other end is closed
                break
            written += part
            if not part:
                break
        assert process.wait(60) == exit_code, written
    os.close(ours)
    return written


def test_a_dumb_terminal_gets_plain_lines(photos, probed, shared_cache):
    """With TERM=dumb there is no bar, no escape sequence and no stray blank line, neither in runs nor in help."""
    written = on_terminal(["predict", probed.folder, photos / "red"], shared_cache, TERM="dumb")
    assert b"\x1b" not in written
    assert written.replace(b"\r\n", b"\n").startswith(b"image ")
    assert b"\x1b" not in on_terminal(["probe", "--help"], shared_cache, TERM="dumb")


def test_a_terminal_gets_a_bar_and_is_left_as_it_was(photos, probed, shared_cache):
    """A bar moves where it can, the cursor is shown again, and without colours there are none."""
    written = on_terminal(["scan", photos], shared_cache)
    assert b"\x1b[?25l" in written
    assert written.rindex(b"\x1b[?25h") > written.rindex(b"\x1b[?25l")
    plain = on_terminal(["predict", probed.folder, photos / "red"], shared_cache, NO_COLOR="1")
    assert b"\x1b[3" not in plain
    assert b"m" not in {part[-1:] for part in plain.split(b"\x1b[")[1:] if part[:1].isdigit() and len(part) < 4}


def test_names_cannot_steer_a_terminal(photos, probed, shared_cache, tmp_path):
    """A picture whose name is an escape sequence is shown in visible characters in every format."""
    evil = tmp_path / "\x1b[31m\x9b2J\u202egpj.png"
    evil.write_bytes((photos / "red" / "00.png").read_bytes())
    for format_ in ("table", "csv", "json", "jsonl"):
        arguments = ["predict", probed.folder, evil, tmp_path / "gone\x1b[2J.jpg", "--format", format_]
        written = on_terminal(arguments, shared_cache, 12, TERM="dumb")
        assert not set(written.decode()) & set("\x1b\x9b\u202e"), format_
        assert b"gpj.png" in written


@pytest.mark.parametrize("environment", [{"TERM": "xterm"}, {"TTY_COMPATIBLE": "1"}])
def test_help_in_a_pipe_has_no_escape_sequences(shell, environment):
    """Nor has an error, a run's notes, or anything else that goes to a file."""
    done = shell("regraft probe --help; regraft probe nowhere", **environment)
    assert "\x1b" not in done.stdout + done.stderr
    assert "--head" in done.stdout


def test_logs_have_no_bar_whatever_is_forced(shell, photos):
    """FORCE_COLOR, which build servers set, colours help; it draws no bar into a log."""
    done = shell(f"regraft scan {photos}", FORCE_COLOR="1")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x1b[" in shell("regraft --help", FORCE_COLOR="1").stdout


@pytest.mark.parametrize("columns", ["0", "40"])
def test_help_fits_any_width(shell, columns):
    """Narrow terminals, and those that claim to have no width, get all of the help."""
    assert "probe" in shell("regraft --help", COLUMNS=columns).stdout


def test_python_without_a_console_works(shell, photos, probed):  # noqa: ARG001 - its cache
    """Under pythonw and in daemons, where sys.stdout and sys.stderr are None, every function does its work."""
    code = (
        "import sys; out = sys.stdout; sys.stdin = sys.stdout = sys.stderr = None; import regraft; "
        f"made = regraft.probe({str(photos)!r}, n_strengths=2); regraft.scan({str(photos)!r}); "
        "out.write(made.assessment.sentence)"
    )
    done = shell(f'{sys.executable} -c "{code}"')
    assert "it was right" in done.stdout, done.stderr

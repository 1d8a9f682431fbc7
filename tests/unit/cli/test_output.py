from __future__ import annotations

import csv
import io
import json
from contextlib import suppress

import pytest

from regraft.cli.output import is_mute, open_console, say, say_csv, say_findings, say_json, say_once, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.data import caveat
from regraft.reports.page import environment

STEERING = ["a\nb", "c\rd", "\x1b[31m", "\x9b31m", "\u202egpj"]
NAMES = ["caf\udce9", *STEERING, "=1+1", 'q"', "a,b", "\u65e5", "\N{CAT FACE}", ""]


@pytest.fixture
def printed(monkeypatch):
    """Collects standard output, in some encoding."""

    def begin(encoding="utf-8", *, on_terminal=False):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="")
        stream.isatty = lambda: on_terminal
        monkeypatch.setattr("sys.stdout", stream)
        return lambda: (stream.flush(), raw.getvalue())[1]

    return begin


def test_lines_and_tables_cannot_steer_a_terminal(printed):
    """Names are shown in visible characters, one line each."""
    content = printed()
    say(f"Report {''.join(NAMES)}".replace("\n", " "))
    say_table(["name"], [[name] for name in NAMES])
    text = content().decode()
    assert not set(text) & set("\x1b\x9b\r\u202e")
    assert len(text.splitlines()) == 2 + len(NAMES)
    assert "caf\\udce9" in text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_json_is_json_in_every_encoding(printed, encoding):
    """What the encoding lacks, and what would steer a terminal, is written as JSON's own escapes."""
    content = printed(encoding)
    say_json(json.dumps({"names": NAMES[1:]}, ensure_ascii=False, indent=1))
    written = content()
    assert json.loads(written.decode(encoding)) == {"names": NAMES[1:]}
    assert not set(written) & {0x1B, 0x9B, 0x0D}


def test_csv_gives_back_the_names(printed):
    """A reader of CSV gets every name as it is; odd bytes are escaped as everywhere."""
    content = printed()
    say_csv([["path", "n"], *([name, "1"] for name in NAMES)])
    rows = list(csv.reader(io.StringIO(content().decode(), newline="")))
    assert [row[0] for row in rows[1:]] == ["caf\\udce9", *NAMES[1:]]


def test_csv_on_a_terminal_is_visible(printed):
    """Where a person looks at it, names cannot steer the terminal."""
    content = printed(on_terminal=True)
    say_csv([[name] for name in NAMES])
    assert not set(content().decode()) & set("\x1b\x9b\r\u202e")


@pytest.mark.parametrize(("severity", "word"), [("warning", "Warning"), ("note", "Note")])
def test_terminal_and_page_mark_a_finding_by_one_word(printed, severity, word):
    """A caveat of the measures like any other."""
    found, shown = [caveat("Few images.", severity)], printed()
    say_findings(found)
    assert shown().decode() == f"{word}: Few images.\n"
    marks = environment().get_template("_marks.html.j2").module
    assert f'<span class="tag">{word}</span>' in marks.found(found)


def test_programs_without_a_console_print_nothing(monkeypatch):
    """Under pythonw and in daemons there is no standard output and no standard error."""
    for name in ("sys.stdout", "sys.stderr"):
        monkeypatch.setattr(name, None)
    say("x")
    say("x", aside=True)
    say_json("{}")
    say_csv([["x"]])
    open_console().print("x")
    with ProgressBar() as progress:
        progress.start("Task", 2)
        progress.say("x")
        progress.advance()


@pytest.mark.parametrize(
    ("environment", "on_terminal", "is_coloured"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TTY_COMPATIBLE": "1"}, False, False),
    ],
)
def test_colours_are_for_terminals_and_for_who_asks(monkeypatch, printed, environment, on_terminal, is_coloured):
    """The variables that people know decide; escapes never reach a file by themselves."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    content = printed(on_terminal=on_terminal)
    open_console().print("[bold red]x")
    assert (b"\x1b" in content()) is is_coloured


@pytest.mark.parametrize("columns", ["", "0", "1", "40", "-3", "x"])
def test_any_width_is_printable(monkeypatch, printed, columns):
    """A width of nothing is no reason to print nothing."""
    monkeypatch.setenv("COLUMNS", columns)
    content = printed()
    open_console().print("several words of text")
    assert b"several" in content()


@pytest.mark.parametrize(("rank", "expected"), [(None, False), ("0", False), ("1", True)])
def test_of_processes_that_train_together_the_first_speaks(monkeypatch, rank, expected):
    """Which one a process is, torchrun says in RANK."""
    if rank is None:
        monkeypatch.delenv("RANK", raising=False)
    else:
        monkeypatch.setenv("RANK", rank)
    assert is_mute() == expected


class Ended(io.StringIO):
    """Standard error of a process that is ended before it has written."""

    def write(self, _text):
        """The end."""
        raise SystemExit


def test_what_one_process_tells_for_all_is_never_lost(tmp_path, monkeypatch):
    """One that was ended before it could speak keeps nobody from it, nor does a folder that torchrun has removed."""
    start, said = tmp_path / "start", io.StringIO()
    start.mkdir()
    children = ((start, Ended()), (start, said), (start, said), (tmp_path / "removed", said))
    for rank, (folder, stream) in enumerate(children):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(folder / str(rank) / "error.json"))
        monkeypatch.setattr("sys.stderr", stream)
        with suppress(SystemExit):
            say_once("No photos.")
    assert said.getvalue() == 2 * "No photos.\n", "by the second for the third, and by the last"
    assert [path.name for path in tmp_path.iterdir()] == ["start"]

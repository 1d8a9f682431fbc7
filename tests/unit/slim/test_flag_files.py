"""Files of flags, as absl reads them."""

from __future__ import annotations

import os

import pytest

from regraft.core import OptionError
from regraft.slim.flag_files import with_flag_files


def test_a_file_stands_for_its_lines(tmp_path):
    """In its place on the command line; comments, blank lines, two words in a line, a mark of its encoding."""
    path = tmp_path / "flags"
    path.write_bytes(
        b"\xef\xbb\xbf# what we always use\n\n--batch_size=8\r\n  // more\n-steps 5\n--sync\n--notes=a = b\n"
    )
    found = with_flag_files(["--first=1", f"--flagfile={path}", "--last=2"])
    assert found == ["--first=1", "--batch_size=8", "-steps=5", "--sync", "--notes=a = b", "--last=2"]
    assert with_flag_files(["-flagfile", str(path)]) == found[1:-1]
    assert with_flag_files(["--", f"--flagfile={path}"]) == ["--", f"--flagfile={path}"]


def test_files_name_others(tmp_path, monkeypatch):
    """From where the command runs, else beside the file that names them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "outer").write_text("--a=1\n--flagfile=inner\n--b=2\n")
    (tmp_path / "sets" / "inner").write_text("--c=3\n")
    assert with_flag_files(["--flagfile=sets/outer"]) == ["--a=1", "--c=3", "--b=2"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"--flagfile=FILE\n", "leads back to itself"),
        (b"batch_size=8\n", "Line 1 of .* is no flag"),
        (b"\xff\xfe\x00", "cannot be read as a file of flags"),
        (b"--flagfile=missing\n", r"there is no such file \(in "),
        (b"#" * (2 << 20), "too large"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(content, why, tmp_path):
    """With the place."""
    path = tmp_path / "flags"
    path.write_bytes(content.replace(b"FILE", str(path).encode()))
    with pytest.raises(OptionError, match=why):
        with_flag_files([f"--flagfile={path}"])


def test_a_file_must_be_named_and_be_there(tmp_path):
    """And a folder is none."""
    for tokens, why in (
        (["--flagfile"], "has no value"),
        (["--flagfile="], "has no value"),
        ([f"--flagfile={tmp_path}"], "there is no such file"),
    ):
        with pytest.raises(OptionError, match=why):
            with_flag_files(tokens)


def test_a_long_chain_of_files_ends(tmp_path):
    """Twenty are enough for everybody."""
    for number in range(30):
        (tmp_path / str(number)).write_text(f"--flagfile={tmp_path / str(number + 1)}\n")
    (tmp_path / "30").write_text("--a=1\n")
    with pytest.raises(OptionError, match="more than 20 files"):
        with_flag_files([f"--flagfile={tmp_path / '0'}"])


def test_lines_end_at_line_feeds_and_nowhere_else(tmp_path):
    """A name may hold what other alphabets and editors take for the end of a line, and bytes that are no UTF-8."""
    path = tmp_path / "flags"
    path.write_bytes("--dataset_dir=a\u2028b\x0bc\x85d\r\n".encode() + b"--train_dir=caf\xe9\n")
    first, second = with_flag_files([f"--flagfile={path}"])
    assert first == "--dataset_dir=a\u2028b\x0bc\x85d"
    assert os.fsencode(second) == b"--train_dir=caf\xe9"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_a_file_of_flags():
    """A shell gives one for `--flagfile=<(...)`."""
    reading, writing = os.pipe()
    os.write(writing, b"--a=1\n--b=2\n")
    os.close(writing)
    try:
        assert with_flag_files([f"--flagfile=/dev/fd/{reading}"]) == ["--a=1", "--b=2"]
    finally:
        os.close(reading)

"""Tokens: read from a file that nobody else can read, found by their digest, kept to their rates."""

from __future__ import annotations

import pytest

from regraft.core import OptionError
from regraft.serving import tokens as module
from regraft.serving.tokens import VARIABLE, Token, Tokens, read_tokens

LONG = "a-long-enough-token"


@pytest.fixture
def file(tmp_path):
    """A file that only its owner can read."""
    file = tmp_path / "tokens"
    file.touch(0o600)
    return file


def test_a_token_is_found_by_all_of_it(file):
    """Blank lines and remarks are read over; a rate is a number; the environment adds one more."""
    file.write_text(f"# who\n\nalice {LONG}1 5\n  bob   {LONG}2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, f"{LONG}3")
        tokens = read_tokens(file)
    found = [tokens.find(f"Bearer {LONG}{number}".encode()) for number in (1, 2, 3)]
    assert [(one.name, one.rate) for one in found] == [("alice", 5), ("bob", None), ("environment", None)]
    assert tokens.find(f"bEARER   {LONG}2 ".encode()) is found[1]
    for wrong in (
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer bob",
        LONG.encode() + b"2",
        f"Basic {LONG}2".encode(),
        b"\xff \xfe",
    ):
        assert tokens.find(wrong) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("alice short", "fewer than 16"),
        (f"alice {LONG} 0", "is no number of images a second"),
        (f"alice {LONG} nan", "is no number of images a second"),
        (f"alice {LONG} 5 6", "is no token: write NAME TOKEN"),
        (LONG, "is no token: write NAME TOKEN"),
        (f"alice {LONG}1\nalice {LONG}2", "have one name"),
        ("# nobody\n", "holds no token"),
        ("", "holds no token"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(content, sentence, file):
    """By a sentence that names the file, and never the token."""
    file.write_text(content)
    with pytest.raises(OptionError, match=sentence) as caught:
        read_tokens(file)
    assert str(file) in str(caught.value)
    assert LONG not in str(caught.value)


def test_a_file_that_others_can_read_is_refused(file, tmp_path):
    """So is one that is none."""
    file.write_text(f"alice {LONG}")
    file.chmod(0o640)
    with pytest.raises(OptionError, match="chmod 600"):
        read_tokens(file)
    for none in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(OptionError, match="tokens"):
            read_tokens(none)
    assert not read_tokens(None)
    assert not Tokens(())


def test_a_rate_gives_back_what_time_has_brought(monkeypatch):
    """Two seconds' worth at once; then one after another; who took many at once waits for all of them."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    token = Token("alice", b"", 5)
    assert [token.wait_seconds() for _ in range(11)] == [0] * 10 + [pytest.approx(0.2)]
    now[0] += 0.2
    assert [token.wait_seconds(), token.wait_seconds()] == [0, pytest.approx(0.2)]
    now[0] += 1e6
    assert token.wait_seconds() == 0
    token.take(20)
    assert token.wait_seconds() == pytest.approx(2.4)
    assert Token("bob", b"").wait_seconds() == 0

"""Who may ask: tokens with names and rates."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import OptionError

if TYPE_CHECKING:
    from pathlib import Path

N_CHARACTERS_MIN = 16
VARIABLE = "REGRAFT_SERVE_TOKEN"
"""A single token, called `environment`, without a rate."""


@dataclass(eq=False)
class Token:
    """One token.

    Attributes:
        name: For the log.
        digest: SHA-256 of it.
        rate: Images a second that it may ask about; None for any number.
    """

    name: str
    digest: bytes
    rate: float | None = None

    def __post_init__(self) -> None:
        self._credit, self._at = self._most, time.monotonic()

    @property
    def _most(self) -> float:
        """So many at once, after a pause."""
        return max(2 * (self.rate or 0), 1.0)

    def wait_seconds(self) -> float:
        """Take an image from its share; gives the seconds after which there is one, where there is none: else 0."""
        if self.rate is None:
            return 0.0
        now = time.monotonic()
        self._credit = min(self._credit + (now - self._at) * self.rate, self._most)
        self._at = now
        if self._credit < 1:
            return (1 - self._credit) / self.rate
        self.take(1)
        return 0.0

    def take(self, n_images: int) -> None:
        """Take images from its share, be they there or not: whoever took more waits longer afterwards."""
        self._credit -= n_images


class Tokens:
    """Finds a token, in a time that does not tell which.

    Args:
        tokens: All.
    """

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def find(self, authorization: bytes) -> Token | None:
        """The token that a request bears.

        Args:
            authorization: The header: `Bearer TOKEN`.
        """
        kind, _, text = authorization.partition(b" ")
        digest = hashlib.sha256(text.strip()).digest()
        found = [token for token in self._tokens if hmac.compare_digest(token.digest, digest)]
        return found[0] if found and kind.lower() == b"bearer" else None


def read_tokens(file: Path | None) -> Tokens:
    """The tokens of a file, and that of the environment.

    Raises:
        OptionError: The file cannot be read, or others may read it, or a line is wrong.
    """
    found = []
    if file is not None:
        for number, line in enumerate(_lines(file), 1):
            if line.strip() and not line.startswith("#"):
                found.append(_token(line.split(), f"Line {number} of {file}"))
        if not found:
            raise OptionError(f"{file} holds no token. Write one a line: NAME TOKEN, or NAME TOKEN IMAGES_A_SECOND.")
    if VARIABLE in os.environ:
        found.append(_token(["environment", os.environ[VARIABLE]], f"The variable {VARIABLE}"))
    if len({one.name for one in found}) < len(found):
        raise OptionError(f"Two tokens of {file} have one name.")
    return Tokens(tuple(found))


def _lines(file: Path) -> list[str]:
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise OptionError(f"Others can read the tokens in {file}. Forbid it: chmod 600 {file}")
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"The tokens cannot be read from {file}: {error}.") from error


def _token(words: list[str], place: str) -> Token:
    if not 2 <= len(words) <= 3:
        raise OptionError(f"{place} is no token: write NAME TOKEN, or NAME TOKEN IMAGES_A_SECOND.")
    if len(words[1]) < N_CHARACTERS_MIN:
        raise OptionError(f"{place} has a token of fewer than {N_CHARACTERS_MIN} characters, which can be guessed.")
    try:
        rate = float(words[2]) if len(words) == 3 else None
    except ValueError:
        rate = 0.0
    if rate is not None and not 0 < rate < 1e9:
        raise OptionError(f"{place} has a rate that is no number of images a second.")
    return Token(words[0], hashlib.sha256(words[1].encode()).digest(), rate)

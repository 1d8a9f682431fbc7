"""What is said of an option that there is not: what it is called here, where it is one, why it is not needed."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core.option_words import REASONS, SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_NEAR, _ALIKE = 0.84, 0.6


def explain_unknown(
    given: str,
    own: Collection[str],
    *,
    verb: str | None,
    others: Mapping[str, Collection[str]],
    spelt: Callable[[str], str],
) -> str:
    """What is meant by an option that a verb has not, as sentences.

    Args:
        given: What the user wrote, with or without dashes.
        own: The verb's options.
        verb: Its name; None where it has none.
        others: The options of all verbs.
        spelt: How an option's name is written to the user.
    """
    name = given.lstrip("-").replace("-", "_").lower()
    hint = _Meaning(name, own, verb, others, spelt).found()
    if hint.startswith(f"{spelt(name)} is an option of"):
        return hint
    return f"There is no option {given if given.startswith('-') else spelt(given)}. {hint}".rstrip()


def nearest(given: str, choices: Collection[str]) -> str:
    """` Did you mean svm?`, or nothing."""
    lower = {choice.lower(): choice for choice in choices}
    found = difflib.get_close_matches(given.lower(), lower, n=1, cutoff=_ALIKE)
    return f" Did you mean {lower[found[0]]}?" if found else ""


@dataclass(frozen=True)
class _Meaning:
    """Guesses at a name, the surest first; each gives a sentence or nothing."""

    name: str
    own: Collection[str]
    verb: str | None
    others: Mapping[str, Collection[str]]
    spelt: Callable[[str], str]

    def found(self) -> str:
        guesses = (self._misspelt, self._synonym, self._elsewhere, self._needless, self._synonym_elsewhere, self._alike)
        return next((hint for guess in guesses if (hint := guess())), "")

    def _misspelt(self) -> str:
        if not (near := difflib.get_close_matches(self.name, sorted(self.own), n=1, cutoff=_NEAR)):
            return ""
        return self._did_you_mean(near)

    def _elsewhere(self) -> str:
        return self._where(self.name)

    def _synonym(self) -> str:
        return self._did_you_mean([name for name in SYNONYMS.get(self.name, ()) if name in self.own])

    def _needless(self) -> str:
        return f"None is needed: {REASONS[self.name]}." if self.name in REASONS else ""

    def _synonym_elsewhere(self) -> str:
        return next((hint for name in SYNONYMS.get(self.name, ()) if (hint := self._where(name))), "")

    def _alike(self) -> str:
        everything = {name for names in self.others.values() for name in names}
        near = difflib.get_close_matches(self.name, sorted(everything), n=1, cutoff=_NEAR)
        here = difflib.get_close_matches(self.name, sorted(self.own), n=2, cutoff=_ALIKE)
        return next(map(self._where, near), "") or self._did_you_mean(here)

    def _did_you_mean(self, names: Sequence[str]) -> str:
        also = f" ({self._where(self.name)})" if self.name not in self.own and self._verbs_with(self.name) else ""
        return f"Did you mean {' or '.join(map(self.spelt, names[:2]))}?{also}" if names else ""

    def _verbs_with(self, name: str) -> list[str]:
        return sorted(other for other, names in self.others.items() if name in names and other != self.verb)

    def _where(self, name: str) -> str:
        """Which verbs have an option: "--epochs is an option of finetune and train: probe trains no network."."""
        if not (verbs := self._verbs_with(name)):
            return ""
        trainers = {other for other, names in self.others.items() if "epochs" in names}
        trains_not = self.verb is not None and self.verb not in trainers and trainers.issuperset(verbs)
        why = f": {self.verb} trains no network" if trains_not else ""
        listed = verbs[0] if len(verbs) == 1 else f"{', '.join(verbs[:-1])} and {verbs[-1]}"
        here = f" Here none is needed: {REASONS[name]}." if name == self.name and name in REASONS else ""
        return f"{self.spelt(name)} is an option of {listed}{why}.{here}"

"""What the parser of options would misunderstand."""

from regraft.cli.output import say

STANDARD_INPUT = "standard input"
"""Stands for the argument `-`, which the parser takes for an option without a name."""


_FORMER = {"--views": "--kept-views"}
"""Options of verbs that train, by the names that they had: for one more minor version."""
_TRAINING = ("finetune", "pretrain", "sweep", "train")


def prepare(arguments: list[str]) -> list[str]:
    """Arguments with `-` replaced by a word, `help VERB` turned about; what follows `slim` is not for the parser.

    Options that had another name are given their new one, which is said.
    """
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    if arguments[:1] == ["slim"] and not {"--help", "-h"} & set(arguments[1:2]):
        return ["slim", "--", *arguments[1:]]
    if arguments[:1] and arguments[0] in _TRAINING:
        arguments = [_renamed(argument) for argument in arguments]
    return [STANDARD_INPUT if argument == "-" else argument for argument in arguments]


def _renamed(argument: str) -> str:
    name, is_joined, value = argument.partition("=")
    if name not in _FORMER:
        return argument
    say(f"regraft: {name} is called {_FORMER[name]} now; the old name goes in the next minor version.", aside=True)
    return f"{_FORMER[name]}{is_joined}{value}"

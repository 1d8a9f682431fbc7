"""What the parser of options would misunderstand."""

STANDARD_INPUT = "standard input"
"""Stands for the argument `-`, which the parser takes for an option without a name."""


def prepare(arguments: list[str]) -> list[str]:
    """Arguments with `-` replaced by a word, `help VERB` turned about; what follows `slim` is not for the parser."""
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    if arguments[:1] == ["slim"] and not {"--help", "-h"} & set(arguments[1:2]):
        return ["slim", "--", *arguments[1:]]
    return [STANDARD_INPUT if argument == "-" else argument for argument in arguments]

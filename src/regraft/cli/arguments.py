"""What the parser of options would misunderstand."""

STANDARD_INPUT = "standard input"
"""Stands for the argument `-`, which the parser takes for an option without a name."""


def prepare(arguments: list[str]) -> list[str]:
    """Arguments with `-` replaced by a word."""
    return [STANDARD_INPUT if argument == "-" else argument for argument in arguments]

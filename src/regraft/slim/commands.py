"""TF-Slim's programs by name."""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import OptionError, extra_mark, quoted, require_extra
from regraft.slim.common_flags import COMMON_FLAGS
from regraft.slim.converting import convert
from regraft.slim.evaluating import evaluate_checkpoint
from regraft.slim.exporting import export_graph, label_image
from regraft.slim.flag_files import with_flag_files
from regraft.slim.flags import END, Flag, Given, flags_text, help_text, parse_flags, told
from regraft.slim.other_flags import CONVERT_FLAGS, EVAL_FLAGS, EXPORT_FLAGS, LABEL_FLAGS
from regraft.slim.train_flags import TRAIN_FLAGS
from regraft.slim.training import train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.core import Progress

_HELP = {"help", "helpshort", "helpfull", "helpxml", "h", "?"}


@dataclass(frozen=True)
class Program:
    """One of TF-Slim's programs.

    Attributes:
        summary: What it does, in a sentence.
        flags: Its flags.
        run: Called with the flags, a progress and a function that says a line; its result is that of a recipe.
        extra: The extra that it needs.
    """

    summary: str
    flags: Sequence[Flag]
    run: Callable[[Given, Progress, Callable[[str], None]], object]
    extra: str | None = None


PROGRAMS = {
    "download_and_convert_data": Program("Fetch a data set and write it as shards.", CONVERT_FLAGS, convert),
    "train_image_classifier": Program(
        "Train a classifier from a pretrained network, or from nothing.", TRAIN_FLAGS, train, extra="torch"
    ),
    "eval_image_classifier": Program("Measure a classifier.", EVAL_FLAGS, evaluate_checkpoint),
    "export_inference_graph": Program(
        "Write a classifier as ONNX, with its labels.", EXPORT_FLAGS, export_graph, extra="export"
    ),
    "label_image": Program("Classify one picture.", LABEL_FLAGS, label_image),
}

_SCRIPTS = {
    "freeze_graph": "export_inference_graph --checkpoint_path=TRAIN_DIR writes graph and weights together.",
    "summarize_graph": "What is exported says of itself what it takes and gives (docs/exports.md).",
    "build_imagenet_data": "regraft datasets get imagenet --archives FOLDER",
}
"""Other programs of that world, and what replaces them."""


def run_program(name: str | None, tokens: Sequence[str], *, progress: Progress, say: Callable[[str], None]) -> object:
    """Run one of TF-Slim's programs.

    Args:
        name: Its name, with or without `.py`; None for a list of them.
        tokens: Its flags, as TensorFlow wrote them.
        progress: Where to report.
        say: Called with each line that is printed.

    Returns:
        The result of the recipe that did the work; None where there is none.

    Raises:
        OptionError: There is no such program or flag, or a value makes no sense.
        MissingExtraError: The program needs what is not installed.
        RegraftError: From the recipe.
    """
    name = None if name is None or _asks_for_help([name]) else name.rpartition("/")[2].removesuffix(".py")
    if name is None:
        _list(say)
        return None
    program = _program_called(name)
    if _asks_for_help(tokens):
        say(help_text(name, program.summary + extra_mark(program.extra), program.flags))
        say("\nof every program:\n")
        say(flags_text(COMMON_FLAGS))
        return None
    given = _parsed(name, tokens)
    for sentence in told(given, COMMON_FLAGS):
        say(f"Note: {sentence}")
    for token in given.left_out:
        say(f"Note: {token} is unknown and left out, as --undefok says.")
    if given.values["only_check_args"]:
        say("The flags can be read. Nothing was done (--only_check_args).")
        return None
    if program.extra is not None:
        require_extra(program.extra, name)
    return program.run(given, progress, say)


def _program_called(name: str) -> Program:
    if name in _SCRIPTS:
        raise OptionError(f"{name} is not needed here. {_SCRIPTS[name]}")
    if name not in PROGRAMS:
        near = difflib.get_close_matches(name, PROGRAMS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(PROGRAMS)}."
        raise OptionError(f"TF-Slim has no program {quoted(name)}. {hint}")
    return PROGRAMS[name]


def _asks_for_help(tokens: Sequence[str]) -> bool:
    """Whether one of the flags is one of absl's for help."""
    flags = itertools.takewhile(lambda token: token != END, tokens)
    names = (token.lstrip("-").removesuffix("=true") for token in flags if token.startswith("-"))
    return any(name in _HELP for name in names)


def _parsed(name: str, tokens: Sequence[str]) -> Given:
    """A program's flags and those of every program, from its command line and from files of flags."""
    words = with_flag_files(tokens)
    flags = (*PROGRAMS[name].flags, *COMMON_FLAGS)
    lists = re.findall(r"^--?undefok[=\n](.*)$", "\n".join(words), flags=re.MULTILINE)
    excused = [part.strip() for names in lists for part in names.split(",")]
    return parse_flags(words, flags, _elsewhere(name), may_be_unknown=excused)


def _list(say: Callable[[str], None]) -> None:
    say("TF-Slim's programs, with their flags, on top of Regraft's verbs:")
    for name, program in PROGRAMS.items():
        say(f"  regraft slim {name:<28}{program.summary}{extra_mark(program.extra)}")
    say("Flags: regraft slim PROGRAM --help")


def _elsewhere(name: str) -> dict[str, str]:
    """The flags of the other programs, with what to say of them."""
    return {
        flag.name: f"It is one of {other}'s."
        for other, program in PROGRAMS.items()
        if other != name
        for flag in program.flags
    }

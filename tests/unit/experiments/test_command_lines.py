"""The command lines that reports and notes show."""

from __future__ import annotations

import shlex

import pytest

from regraft.cli.application import build_app
from regraft.recipes import EvaluateOptions, FinetuneOptions, ProbeOptions, command_line


@pytest.mark.parametrize(
    ("verb", "options", "before"),
    [
        ("probe", ProbeOptions(head="svm", group_by=r"(\d+) [a'b]", image_size=160), ()),
        ("finetune", FinetuneOptions(clip_norm=None, ema=0.9, compile=True, from_stage="5"), ()),
        ("finetune", FinetuneOptions(optimizer="ftrl", optimizer_settings=("l1=0.1", "l2=0.2")), ()),
        ("evaluate", EvaluateOptions(watch=True, split="val", wait=2.5), ("runs/a b",)),
    ],
)
def test_what_is_shown_means_the_same_when_it_is_typed(verb, options, before):
    """The parser makes the very options of it."""
    words = shlex.split(command_line(verb, options, *before, "photos"))
    assert words[0] == "regraft"
    _command, bound, _unused = build_app().parse_args(words[1:], exit_on_error=False, print_error=False)
    assert bound.arguments["options"] == options
    assert bound.arguments["source"] == "photos"

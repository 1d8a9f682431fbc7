"""The command lines that reports and notes show."""

from __future__ import annotations

import shlex

import pytest

from regraft.cli.application import build_app
from regraft.recipes import EvaluateOptions, FinetuneOptions, ProbeOptions, command_line


@pytest.mark.parametrize(
    ("options", "before"),
    [
        (ProbeOptions(head="svm", group_by=r"(\d+) [a'b]", image_size=160), ()),
        (FinetuneOptions(clip_norm=None, ema=0.9, compile=True, from_stage="5"), ()),
        (FinetuneOptions(optimizer="ftrl", optimizer_settings=("l1=0.1", "l2=0.2")), ()),
        (EvaluateOptions(watch=True, split="val", wait=2.5), ("runs/a b",)),
    ],
)
def test_what_is_shown_means_the_same_when_it_is_typed(options, before):
    """The parser makes the very options of it."""
    words = shlex.split(command_line(options, *before, "photos"))
    assert words[:2] == ["regraft", options.VERB]
    _command, bound, _unused = build_app().parse_args(words[1:], exit_on_error=False, print_error=False)
    assert bound.arguments["options"] == options
    assert bound.arguments["source"] == "photos"

"""Every option's field says what the machinery must know of it: nothing of it stands in lists elsewhere."""

from __future__ import annotations

import hashlib
import json
from typing import get_args

import pytest

from regraft.core import EXTRAS, Matter, option_kinds
from regraft.data import asked_of
from regraft.grafting import FinetuneOptions, SweepOptions, TrainOptions
from regraft.recipes import (
    CompareOptions,
    ConvertDatasetOptions,
    EmbedOptions,
    EvaluateOptions,
    ExplainOptions,
    GetDatasetOptions,
    PredictOptions,
    PretrainOptions,
    ProbeOptions,
    ScanOptions,
)

TRAINING = (FinetuneOptions, TrainOptions, PretrainOptions, SweepOptions)
ALL = (
    *TRAINING,
    ProbeOptions,
    CompareOptions,
    EmbedOptions,
    EvaluateOptions,
    ExplainOptions,
    PredictOptions,
    ScanOptions,
)
VERBS = (*ALL, ConvertDatasetOptions, GetDatasetOptions)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_every_option_has_its_place(verb):
    """A heading and a rank, which no other option of the verb has under that heading."""
    places = [verb.place(name) for name in verb.model_fields]
    assert None not in places
    assert len(set(places)) == len(places)


def test_every_option_of_a_training_says_what_it_decides():
    """A sweep has to know whether it can be varied, and what trainings with other values of it share."""
    decided = FinetuneOptions.with_fact("decides")
    assert decided.keys() == FinetuneOptions.model_fields.keys()
    assert set(decided.values()) == set(get_args(Matter))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_options_that_take_code_say_so(verb):
    """Whose help speaks of FILE.py:function is told of before it runs, and a training is known by its content."""
    told = {name for name, field in verb.model_fields.items() if "FILE.py:function" in (field.description or "")}
    ranks = verb.with_fact("names_code")
    assert ranks.keys() == told
    assert len(set(ranks.values())) == len(ranks)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_an_extra_that_an_option_needs_exists(verb):
    """And so do the values that need it."""
    for name, (extra, values) in verb.extras().items():
        assert extra in EXTRAS
        kinds = option_kinds(verb.model_fields[name].annotation)
        listed = {value for kind in kinds for value in get_args(kind) if isinstance(value, str)}
        assert set(values) <= listed
    assert {extra for extra, _words in verb.extras("told_extra").values()} <= EXTRAS.keys()


@pytest.mark.parametrize(
    ("verb", "digest"),
    [
        (FinetuneOptions, "7c23cd3d5d6da8c8"),
        (TrainOptions, "d3bd65f19a495024"),
        (PretrainOptions, "8a9b17f379786284"),
        (SweepOptions, "c8197f3ad3179ad7"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_new_option_gives_no_training_under_way_another_name(verb, digest):
    """It says that it `came_later`, so that what was begun without it goes on."""
    assert hashlib.sha256(json.dumps(asked_of(verb())).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize(
    ("verb", "judged"),
    [
        (FinetuneOptions, "the epochs"),
        (PretrainOptions, "the epochs"),
        (TrainOptions, "the ladder"),
        (SweepOptions, "the trials and their epochs"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_every_verb_that_judges_says_what_and_which_option_judges(verb, judged):
    """Where the user's own validation images judge, it is said what, and that the option has no effect."""
    assert judged == verb.JUDGED
    assert verb.with_fact("judges")

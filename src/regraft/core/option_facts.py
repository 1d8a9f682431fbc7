"""What is to be known of an option besides type, default, bounds and help: facts that stand in its field.

`Field(..., json_schema_extra=placed("data", 20) | decides("images"))`; `Options.with_fact` finds them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

Facts = dict[str, JsonValue]
Fact = Literal[
    "group",
    "rank",
    "decides",
    "judges",
    "names_code",
    "came_later",
    "formerly",
    "suits",
    "same_work",
    "extra",
    "told_extra",
    "remote",
]
Group = Literal["data", "network", "head", "training", "output", "expert"]
"""What an option is about: its heading in a help page or a form."""
Matter = Literal[
    "images", "features", "care", "computing", "budget", "record", "start", "inputs", "network", "length", "learning"
]
"""What of a training an option decides: which images there are, and judge; the features that all trainings on them
share; how carefully the head is chosen that it starts with; by which arithmetic, in what time; what there is time for;
what is written down. And what it learns: the head that it starts with, what goes into it, what its network is before
it is trained, how long it trains, all else."""


def placed(group: Group, rank: int) -> Facts:
    """Where an option stands among others.

    Args:
        group: Its heading; what few people need is for experts, whatever it is about.
        rank: Its place under the heading, the most common first.
    """
    return {"group": group, "rank": rank}


def decides(matter: Matter) -> Facts:
    """What an option of a training decides: a sweep knows by it what can be varied, and what trials share."""
    return {"decides": matter}


def judges() -> Facts:
    """The option says which images judge, where the user has no validation images that do."""
    return {"judges": True}


def names_code(rank: int) -> Facts:
    """The option can name code of the user's, as `FILE.py:function` or `package.module:function`.

    Args:
        rank: Its place among these, in which trainings are known by the code.
    """
    return {"names_code": rank}


def needs_extra(extra: str, *values: str) -> Facts:
    """The option needs an optional part of the installation (`core/extras.py`).

    Args:
        extra: Its name.
        values: Which of the option's values need it; none: all but the default.
    """
    return {"extra": [extra, *values]}


def tells_extra(extra: str, values: str) -> Facts:
    """Values that no list can hold need it: the help page tells which, and whoever looks one up asks for the extra.

    Args:
        extra: Its name.
        values: Which, in words.
    """
    return {"told_extra": [extra, values]}


def may_be_remote() -> Facts:
    """The option's path may be an address in an object store: things are read there."""
    return {"remote": True}


def suits_some() -> Facts:
    """Not every network can be trained with every value."""
    return {"suits": True}


def same_work(*, is_repeated: bool = True) -> Facts:
    """The work is the same whatever the option says: a training that is under way is known without it.

    Args:
        is_repeated: Whether the command line that makes a run again has it. A run's place is not taken twice.
    """
    return {"same_work": is_repeated}


def came_later() -> Facts:
    """Trainings were begun without the option, by versions that did not have it: with its default they go on."""
    return {"came_later": True}


def formerly(name: str) -> Facts:
    """The option had another name, which works for one more minor version; trainings under way are known by it.

    Args:
        name: The former one, in Python's spelling.
    """
    return {"formerly": name}

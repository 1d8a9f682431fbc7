"""Help pages: every option stands under a heading, the common ones first."""

from __future__ import annotations

import functools
import re

import pytest

from regraft.cli.application import run
from regraft.cli.headings import HEADINGS
from regraft.cli.verb_apps import verb_app
from regraft.cli.verb_table import VERBS

TITLES = [heading.name for heading in HEADINGS.values()]
EXPERT = HEADINGS["expert"].name


@functools.cache
def options_of(verb):
    """The verb's options with their headings, in the order of the help page."""
    found = verb_app(verb).assemble_argument_collection(parse_docstring=True)
    rows = [(one.name, one.parameter.group[0].name.partition(",")[0]) for one in found if one.name.startswith("--")]
    return sorted(rows, key=lambda row: TITLES.index(row[1]) if row[1] in TITLES else -1)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_has_a_heading_and_experts_come_last(verb):
    """No option is left in a heap, and a page that has others does not begin with what few people need."""
    rows = options_of(verb)
    assert {title for _name, title in rows} <= set(TITLES)
    if any(title != EXPERT for _name, title in rows):
        assert rows[0][1] != EXPERT
    experts = [title == EXPERT for _name, title in rows]
    assert experts == sorted(experts)


@pytest.mark.parametrize(
    ("verb", "first"),
    [
        ("probe", {"Data": "--test-fraction", "Network": "--quality", "Head": "--head", "Run and output": "--name"}),
        ("finetune", {"Network": "--backbone", "Training": "--budget"}),
        ("sweep", {"Training": "--over"}),
        ("datasets", {"Run and output": "--folder"}),
    ],
)
def test_the_most_common_option_is_the_first_of_its_heading(verb, first):
    """By the rank in its field."""
    rows = options_of(verb)
    assert {title: next(name for name, other in rows if other == title) for title in first} == first


@pytest.mark.parametrize("verb", VERBS)
def test_a_page_fits_a_terminal_of_80_columns(verb, capsys, monkeypatch):
    """Headings in their order, choices and defaults in it, examples at its end that can be copied."""
    monkeypatch.setenv("COLUMNS", "80")
    assert run([verb, "--help"]) == 0
    page = capsys.readouterr().out
    assert all(len(line) <= 80 for line in page.splitlines())
    shown = [title for title in re.findall(r"─ ([\w ]+?)(?:, for [\w ]+)? ─", page) if title in TITLES]
    assert list(dict.fromkeys(shown)) == [title for title in TITLES if title in shown]
    assert "Parameters" not in page
    assert page.rstrip().splitlines()[-1].lstrip().startswith(("regraft", "torchrun", "find", "--"))
    assert "CHOICE|CHOICE" not in page


def test_verbs_are_grouped_by_what_they_are_for(capsys):
    """One begins, trains, uses; what is seldom needed is at the end. `help VERB` and `-h` do the same."""
    run(["--help"])
    page = capsys.readouterr().out
    places = [page.index(f"─ {title} ─") for title in ("Begin", "Train", "Use", "Look after", "From TF-Slim")]
    assert places == sorted(places)
    pages = []
    for words in (["help"], ["-h"], []):
        run(words)
        pages.append(capsys.readouterr().out)
    assert pages == [page] * 3
    run(["help", "probe"])
    assert "--test-fraction" in capsys.readouterr().out


def test_what_needs_an_extra_is_marked(capsys, monkeypatch):
    """A verb in both pages, an option with the values that need it; not twice where the verb says it of itself."""
    monkeypatch.setenv("COLUMNS", "200")
    run(["--help"])
    assert re.search(r"│ finetune .*\[needs the extra torch\]", capsys.readouterr().out)
    run(["probe", "--help"])
    page = capsys.readouterr().out
    assert re.search(r"--checkpoint .*\[needs the extra torch\]", page)
    assert re.search(r"--device .*\[cuda or mps: needs the extra torch\]", page)
    run(["finetune", "--help"])
    page = capsys.readouterr().out
    assert page.count("needs the extra torch") == 1
    assert page.count("needs the extra tensorboard") == 1

"""The door of the recipes: a verb costs what it needs."""

from __future__ import annotations

import subprocess
import sys


def run(program):
    """What a program prints in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split("\n")[:-1]


def test_a_verb_imports_what_it_needs():
    """Predictions need no data sets by name, tables or shards, no reports, no trainings, and write no bundle."""
    printed = run("import sys; from regraft.recipes import predict; print(*sys.modules, sep='\\n')")
    assert "regraft.recipes.predicting" in printed
    for part in (
        *("datasets", "reports", "evaluation", "finetuning.options", "recipes.probing", "images.augmentation"),
        *("data.shards.listing", "data.tables.table_reading", "bundle.writing", "bundle.golden"),
    ):
        assert f"regraft.{part}" not in printed


def test_a_wrong_option_is_explained_by_verbs_that_nobody_used():
    """Their options are imported then."""
    program = (
        "import regraft\ntry: regraft.predict('b', 'i', judging_folds=3)\nexcept regraft.RegraftError as e: print(e)"
    )
    assert run(program) == ["'judging_folds' is an option of sweep: predict trains no network."]

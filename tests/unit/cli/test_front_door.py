"""The command line imports a verb's world when the verb is used."""

from __future__ import annotations

import subprocess
import sys


def test_a_help_page_of_all_verbs_needs_no_options():
    """Neither pydantic nor any floor but core and cli is imported for `regraft --help`."""
    program = (
        "import sys; from regraft.cli.application import build_app; build_app().help_print([]); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert "finetune" in done.stdout
    imported = done.stderr.split("\n")
    assert {name.split(".")[1] for name in imported if name.startswith("regraft.")} == {"cli", "core"}
    assert not {"pydantic", "numpy", "sqlite3", "blake3"} & set(imported)

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


def test_a_verb_without_a_terminal_needs_no_rich_and_is_cleared_of_garbage(tmp_path):
    """Nothing draws a bar or a help page; garbage is looked for in what the verb makes, not in what was imported."""
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").write_bytes(b"\xff\xd8\xff" + name.encode())
    program = (
        f"import gc, sys; from regraft.cli import main; sys.argv = ['regraft', 'scan', {str(tmp_path)!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code, gc.isenabled(), gc.get_freeze_count() > 0)\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'rich', 'jinja2', 'openvino'})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-2:] == ["0 True True", ""], done.stderr

from __future__ import annotations

import sys

from regraft.core import load_function


def test_a_file_runs_once_for_each_content(tmp_path, monkeypatch):
    """A changed file is run again, of the same second and length, too; nothing compiled is left beside it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path, log = tmp_path / "own.py", tmp_path / "log"
    for number in (1, 2):
        path.write_text(
            f"with open({str(log)!r}, 'a') as log:\n    log.write('x')\ndef answer():\n    return {number}\n"
        )
        for _ in range(3):
            assert load_function(f"{path}:answer")() == number
        assert log.read_text() == "x" * number
    assert not (tmp_path / "__pycache__").exists()

from __future__ import annotations

from regraft.core import load_function


def test_a_file_runs_once_for_each_content(tmp_path):
    """As an import does; a changed file is run again."""
    path, log = tmp_path / "own.py", tmp_path / "log"
    for number in (1, 2):
        path.write_text(
            f"with open({str(log)!r}, 'a') as log:\n    log.write('x')\ndef answer():\n    return {number}\n"
        )
        for _ in range(3):
            assert load_function(f"{path}:answer")() == number
        assert log.read_text() == "x" * number

from __future__ import annotations

from regraft import core
from regraft.core import MissingExtraError, RegraftError


def test_every_error_has_an_exit_code_of_its_own():
    """No two kinds of error leave the command line with the same code, and each is documented."""
    known = [getattr(core, name) for name in core.__all__]
    kinds = [kind for kind in known if isinstance(kind, type) and issubclass(kind, RegraftError)]
    codes = [kind.exit_code for kind in kinds]
    assert len(set(codes)) == len(codes) >= 9
    for kind in kinds:
        assert kind.__name__ in (core.errors.__doc__ or "")
        assert f"{kind.exit_code} / {kind.http_status}" in core.errors.__doc__


def test_a_missing_extra_shows_the_install_line():
    """Whoever lacks a package is told what to type."""
    assert "pip install 'regraft[demo]'" in str(MissingExtraError("The demo", "demo"))

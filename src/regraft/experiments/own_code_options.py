"""Which of a run's options name code of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regraft.core import Options

_NAMES = ("model", "loss", "groups", "metric")


def own_code(options: Options) -> tuple[str, ...]:
    """The functions of their own that the user names, as `FILE.py:function` or `package.module:function`."""
    given = (getattr(options, name, None) for name in _NAMES)
    return tuple(str(name) for name in given if name and ":" in str(name))

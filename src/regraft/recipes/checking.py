"""`regraft check`: does a saved classifier still do what it did?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle import check_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.bundle import CheckResult


def check(bundle: str | Path, *, trust_code: bool = False) -> CheckResult:
    """Verify a bundle's files and replay its golden inputs.

    Args:
        bundle: A bundle's or run's folder.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.

    Raises:
        BundleError: It is damaged, or gives other scores than when it was saved.
    """
    return check_bundle(bundle, trust_code=trust_code)

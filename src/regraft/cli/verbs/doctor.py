"""`regraft doctor`."""

from __future__ import annotations

from regraft.cli.output import say
from regraft.recipes import doctor as examine


def doctor() -> None:
    """Run `regraft doctor` and print what came of it."""
    found = examine()
    bf16 = "with fast bf16" if found.has_bf16 else "without fast bf16"
    say(f"Processor    {found.processor}, {found.n_cores} usable cores, {bf16}")
    say(f"Accelerator  {found.accelerator or 'none that torch can use'}")
    say(f"Engine       {found.engine_reason}")
    say(f"Extra torch  {found.torch}")
    say(f"Backbone     {found.default_backbone}")
    say(f"Cache        {found.cache}, {found.cache_free_bytes / 1e9:,.1f} GB free")
    say()
    for name, version in found.versions.items():
        say(f"{name:<13}{version}")
    say()
    for problem in found.problems:
        say(f"Problem: {problem}")
    if not found.problems:
        say("Nothing is missing.")

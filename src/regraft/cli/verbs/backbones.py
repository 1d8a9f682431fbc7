"""`regraft backbones`."""

from __future__ import annotations

from typing import Literal

from regraft.cli.output import say, say_table
from regraft.recipes import list_backbones


def backbones(*, format: Literal["table", "json"] = "table") -> None:  # noqa: A002 - the option's name
    """List the pretrained networks.

    Args:
        format: A table for people, JSON for programs.
    """
    rows = list_backbones()
    if format == "json":
        say("[" + ",\n ".join(row.model_dump_json() for row in rows) + "]")
        return
    say_table(
        ["name", "parameters", "input", "features", "ImageNet top-1", "licence", "offline"],
        [
            [
                row.name,
                f"{row.n_parameters / 1e6:.1f} M",
                f"{row.image_size} x {row.image_size}",
                f"{row.n_features:,}",
                "to be trained" if row.is_untrained else f"{row.top1:.1f} %" if row.top1 else "",
                row.licence or ("" if row.is_untrained else "unknown"),
                "yes" if row.is_offline else "no",
            ]
            for row in rows
        ],
    )
    say()
    say("Any other network that timm knows works by its name, with its published weights where there is a network,")
    say("or with --checkpoint FILE; your own with --model FILE.py:function. Those to be trained: regraft pretrain.")

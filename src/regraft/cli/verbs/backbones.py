"""`regraft backbones`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from regraft.cli.headings import OUTPUT
from regraft.cli.output import say, say_json, say_table
from regraft.recipes import list_backbones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Value
    from regraft.recipes import BackboneRow
    from regraft.slim import SlimNetwork


def backbones(
    *,
    slim: Annotated[bool, OUTPUT] = False,
    format: Annotated[Literal["table", "json"], OUTPUT] = "table",  # noqa: A002 - the option's name
) -> None:
    """Run `regraft backbones` and print what came of it.

    Args:
        slim: List TF-Slim's networks instead, with their published accuracies and what replaces each here.
        format: A table for people, JSON for programs.
    """
    if slim:
        from regraft.slim import list_slim_networks

        networks = list_slim_networks()
        _say_json(networks) if format == "json" else _say_slim_table(networks)
    else:
        rows = list_backbones()
        _say_json(rows) if format == "json" else _say_own_table(rows)


def _say_json(rows: Sequence[Value]) -> None:
    say_json("[" + ",\n ".join(row.model_dump_json() for row in rows) + "]")


def _say_own_table(rows: Sequence[BackboneRow]) -> None:
    say_table(
        ["name", "parameters", "input", "features", "ImageNet top-1", "licence", "extra", "offline"],
        [
            [
                row.name,
                f"{row.n_parameters / 1e6:.1f} M",
                f"{row.image_size} x {row.image_size}",
                f"{row.n_features:,}",
                "to be trained" if row.is_untrained else f"{row.top1:.1f} %" if row.top1 else "",
                row.licence or ("" if row.is_untrained else "unknown"),
                row.extra or "",
                "yes" if row.is_offline else "no",
            ]
            for row in rows
        ],
    )
    say()
    say("Any other network that timm knows works by its name, with its published weights where there is a network,")
    say("or with --checkpoint FILE; your own with --model FILE.py:function. Those to be trained: regraft pretrain.")
    say("TF-Slim's networks and what replaces them: regraft backbones --slim.")


def _say_slim_table(networks: Sequence[SlimNetwork]) -> None:
    say_table(
        ["TF-Slim", "top-1", "top-5", "input", "preprocessing", "head", "here (--backbone)", "which is", "wants"],
        [
            [
                row.name,
                f"{row.top1:.1f}" if row.top1 else "",
                f"{row.top5:.1f}" if row.top5 else "",
                str(row.image_size),
                row.preprocessing or "",
                row.head_scopes[0],
                row.replacement or "none",
                {"ported": "the very weights", "nearest": "the nearest", "none": ""}.get(row.kinship, row.kinship),
                str(row.wants.image_size) if row.wants else "",
            ]
            for row in networks
        ],
    )
    say()
    say(
        "Accuracies are TF-Slim's own, in percent; input and wants are sides in pixels. The weights' own preparation of"
    )
    say("pictures is applied. All columns, other sizes and quantised weights: --format json.")

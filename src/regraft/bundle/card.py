"""`card.md`: what a person should know of a classifier before using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regraft.bundle.record import BundleRecord

_N_NAMES = 50


def render_card(record: BundleRecord) -> str:
    """The card as Markdown. Class names and the run's name are shown as code: they may be anything."""
    backbone = record.backbone
    lines = [
        f"# Classifier {_code(record.name)}",
        "",
        f"Made {record.created} with Regraft {record.versions.get('regraft', '')}.",
        "",
        "## What it does",
        "",
        f"Tells {len(record.class_names)} classes of images apart: {_names(record)}.",
        "",
        f"A linear head ({record.head.get('kind', 'linear')}) on fixed features of `{backbone.name}` "
        f"(layer `{record.layer}`, {backbone.image_size} x {backbone.image_size} pixels, resize policy "
        f"`{record.transform.policy}`).",
        "",
        "## How good it is",
        "",
        *_metrics(record),
        "",
        "## Limits",
        "",
        "- It always names one of its classes, also for an image of something else.",
        "- The figures hold for images like those it was measured on: same camera, same light, same selection.",
        "- Probabilities are calibrated on the training data by cross-validation; they drift when the images do.",
        "",
        "## Where it comes from",
        "",
        f"- Backbone weights: {backbone.source or 'unknown'}; licence {backbone.licence or 'unknown'}; "
        f"digest `{backbone.digest}`.",
        "- The licence of your training images applies to what was learnt from them.",
        "- `golden/` holds a few input images at network size, to prove that the classifier still works "
        "(`regraft check`).",
        "",
    ]
    return "\n".join(lines)


def _names(record: BundleRecord) -> str:
    shown = ", ".join(_code(name) for name in record.class_names[:_N_NAMES])
    n_more = len(record.class_names) - _N_NAMES
    return f"{shown} and {n_more} more" if n_more > 0 else shown


def _metrics(record: BundleRecord) -> list[str]:
    if not record.metrics:
        return ["Not measured."]
    rows = []
    for name, found in record.metrics.items():
        interval = "" if found.get("low") is None else f"{found['low']:.3f} to {found['high']:.3f}"
        rows.append(f"| {name} | {found['value']:.3f} | {interval} | {found['n']} |")
    return ["| figure | value | 95 % interval | images |", "|---|---|---|---|", *rows]


def _code(text: str) -> str:
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return "`" + printable.replace("`", "'").replace("|", "\N{FULLWIDTH VERTICAL LINE}") + "`"

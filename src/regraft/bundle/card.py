"""`card.md`: what a person should know of a classifier before using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle.record import Making
from regraft.core import visible

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
        f"{_network(record)} It sees {backbone.image_size} x {backbone.image_size} pixels (resize policy "
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
        f"- {_calibration(record)}",
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


def _network(record: BundleRecord) -> str:
    """What was trained, in a sentence."""
    kind, layer = record.head.get("kind", "linear"), f"layer {_code(record.layer)}"
    name = _code(record.backbone.name)
    if record.backbone.family == "own":
        name = f"{name}, a network of its author's own whose code is in `code/`"
    match record.making:
        case None:
            return f"A linear head ({kind}) on features of {name} ({layer})."
        case Making(network="fixed"):
            return (
                f"A linear head ({kind}) on fixed features of {name} ({layer}): the network's weights are as they came."
            )
        case Making(network="from scratch"):
            return f"{name}, trained from drawn weights together with its linear head ({kind})."
        case Making(first_stage=""):
            return f"{name}: all of the network was trained on, together with its linear head ({kind})."
        case made:
            return (
                f"{name}: the network was trained on from {_code(made.first_stage)} on, together with its linear head "
                f"({kind}); what lies before is as it came."
            )


def _calibration(record: BundleRecord) -> str:
    """Where probabilities come from, in a sentence."""
    made = record.making
    images = "" if made is None or not made.n_calibrated else f"{made.n_calibrated:,} "
    how = {
        None: "How the probabilities were calibrated is not recorded.",
        "none": "Probabilities are not calibrated: no images were held out for that. They are likely to be too sure.",
        "cross-validation": "Probabilities are calibrated on the training data by cross-validation.",
        "validation images": f"Probabilities are calibrated on the {images}validation images that judged the training.",
        "folds": f"Probabilities are calibrated by networks trained alike, on {images}images that each had not seen.",
    }[None if made is None else made.calibration]
    return f"{how} They drift when the images do."


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
    return "`" + visible(text).replace("`", "'").replace("|", "\N{FULLWIDTH VERTICAL LINE}") + "`"

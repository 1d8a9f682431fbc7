"""`card.md`: what a person should know of a classifier before using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle.record import Making
from regraft.core import visible

if TYPE_CHECKING:
    from regraft.backbones import BackboneSpec
    from regraft.bundle.record import BundleRecord

_N_NAMES = 50


def render_card(record: BundleRecord) -> str:
    """The card as Markdown. Class names and the run's name are shown as code: they may be anything."""
    lines = [
        f"# Classifier {_code(record.name)}",
        "",
        f"Made {record.created} with Regraft {record.versions.get('regraft', '')}.",
        "",
        "## What it does",
        "",
        f"Tells {len(record.class_names)} classes of images apart: {_names(record)}.",
        "",
        f"{_made(record)} {_seen(record)}",
        "",
        "## How good it is",
        "",
        *_metrics(record),
        "",
        "## Limits",
        "",
        f"- {_strangers(record)}",
        "- The figures hold for images like those it was measured on: same camera, same light, same selection.",
        f"- {_calibration(record)}",
        "",
        "## Where it comes from",
        "",
        *(_origin(network.backbone) for network in record.networks),
        "- The licence of your training images applies to what was learnt from them.",
        f"- `golden/` holds a few {_golden(record)}, to prove that the classifier still works (`regraft check`).",
        "",
    ]
    return "\n".join(lines)


def _golden(record: BundleRecord) -> str:
    if record.golden == "made":
        return "pictures that were made to be that, none of the images that it was trained or measured on"
    return "input images at network size"


def _origin(backbone: BackboneSpec) -> str:
    return (
        f"- Backbone weights: {backbone.source or 'unknown'}; licence {backbone.licence or 'unknown'}; "
        f"digest `{backbone.digest}`."
    )


def _seen(record: BundleRecord) -> str:
    """What the networks see of an image, in a sentence."""
    seen = dict.fromkeys(
        f"{network.transform.width} x {network.transform.height} pixels (resize policy `{network.transform.policy}`)"
        + (f", averaged over {len(network.views)} views" if len(network.views) > 1 else "")
        for network in record.networks
    )
    return f"It sees {' and '.join(seen)}."


def _named(record: BundleRecord, place: int) -> str:
    backbone = record.networks[place].backbone
    name = _code(backbone.name)
    if backbone.family == "own":
        return f"{name}, a network of its author's own whose code is in `{record.code_file(place)}`"
    return name


def _made(record: BundleRecord) -> str:
    """What was trained, in a sentence."""
    kind, layer = record.head.get("kind", "linear"), f"layer {_code(record.networks[0].layer)}"
    name = " and ".join(_named(record, place) for place in range(len(record.head_networks)))
    if len(record.head_networks) > 1:
        return f"A linear head ({kind}) on the joined features of {name} ({layer}); the networks are as they came."
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


def _strangers(record: BundleRecord) -> str:
    """What it says of images of something else, in a sentence."""
    if record.novelty is None:
        return "It always names one of its classes, also for an image of something else."
    threshold = record.novelty["threshold"]
    frozen = " and ".join(_named(record, place) for place, network in enumerate(record.networks) if network.is_frozen)
    measure = f"{record.novelty['measure']}{frozen and f', on features of {frozen} as it came'}"
    rate = f"{100 * threshold['rate']:g} %"
    return (
        f"An image that looks like none of its classes is called unknown ({measure}); about {rate} of images of its "
        "classes are called so, too. What looks much like a class is still taken for it."
    )


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

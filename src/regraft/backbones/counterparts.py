"""What to ask for here instead of a network of TF-Slim's."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Literal

from pydantic import Field

from regraft.core import Registry, Value

Kinship = Literal["ported", "same network", "nearest", "none"]


class Counterpart(Value):
    """What stands here for one network of TF-Slim."""

    name: str = Field(description="TF-Slim's --model_name")
    replacement: str | None = Field(description="the backbone here; None where there is none")
    kinship: Kinship = Field(
        description="ported: the very weights; same network: other weights of the same architecture; nearest: another "
        "architecture of the same kind; none"
    )
    note: str

    @property
    def advice(self) -> str:
        """What to use instead, as sentences."""
        instead = {
            "ported": f"Here --backbone {self.replacement} has the very weights.",
            "same network": f"Here --backbone {self.replacement} is the same network with other weights.",
            "nearest": f"Here --backbone {self.replacement} is the nearest.",
            "none": "There is none like it here.",
        }[self.kinship]
        return f"{instead} {self.note}".rstrip()


def _read() -> dict[str, Counterpart]:
    text = files("regraft.backbones").joinpath("counterparts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: Counterpart.model_validate(row | {"replacement": row["replacement"] or None}) for row in rows}


COUNTERPARTS: Registry[Counterpart] = Registry("network of TF-Slim", _read())
"""TF-Slim's networks by `--model_name`, and the widths of which it published weights only. Its video networks (i3d,
s3dg) and generators (dcgan, cyclegan, pix2pix) have no row: they classify no single image."""

"""What `serving_peers.py` serves with BentoML, whose processes import it."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - BentoML reads annotations
from typing import Any

import bentoml

import regraft


@bentoml.service(workers=1, traffic={"timeout": 60})
class Ours:
    """Our engine, decoding included."""

    def __init__(self) -> None:
        self.model = regraft.load(os.environ["PEER_BUNDLE"]).staged()

    @bentoml.api  # type: ignore[untyped-decorator]
    def predict(self, image: Path) -> dict[str, Any]:
        """A file to what is said of it."""
        seen = self.model.see(image.read_bytes(), "", n_pixels_max=10**8)
        assert isinstance(seen, list)
        return self.model.tell(self.model.answer([seen])[0], "image").model_dump(mode="json")

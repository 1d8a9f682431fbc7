"""What a feature, or a look, depends on besides the image: one fingerprint for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from regraft.core import Value, digest_bytes
from regraft.data import LOOK_RULES_VERSION

if TYPE_CHECKING:
    from regraft.images import Transform


class FeatureKey(Value):
    """How features were computed. Equal keys and equal file contents mean equal features, bit for bit."""

    transform: str
    """`Transform.fingerprint()`: geometry, interpolation and the version of the decoding rules."""
    weights: str
    """Digest of the backbone's weights."""
    architecture: str
    layer: str
    engine: str
    """`EngineChoice.fingerprint`: engine, precision, device."""
    view: str = "plain"
    """Which view of the image: `plain` is the deterministic one."""
    dtype: Literal["float32", "float16", "uint8"] = "float32"
    """What a number is kept as; float16 halves what activations take. Looks are kept as their bytes."""

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits."""
        return digest_bytes(self.model_dump_json().encode())


def look_key(transform: Transform) -> FeatureKey:
    """What looks depend on: how large an image is decoded, and the rules; no network."""
    rules = f"look (rules {LOOK_RULES_VERSION})"
    return FeatureKey(
        transform=transform.fingerprint(), weights="", architecture="", layer=rules, engine="", dtype="uint8"
    )

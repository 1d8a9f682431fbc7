"""The EfficientNet-Lites' architecture: a table of stages, and the convolutions and tensors that follow from it.

Tan and Le 2019 (arXiv:1905.11946) in the Lite variant of Google's repository: no squeeze and excitation, ReLU6, a stem
and a head whose widths are never scaled. Names are those of timm's `tf_efficientnet_lite0` to `2`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.backbones.specification import BackboneSpec

N_FEATURES = 1280
_N_STEM = 32
_N_CLASSES = 1000
_STAGES = (
    # blocks, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
FEATURE_MAPS = ("blocks.0", "blocks.1", "blocks.2", "blocks.4", "blocks.6")
"""The stages that timm lists: the last ones of each resolution."""


@dataclass(frozen=True)
class Convolution:
    """A convolution without bias, with TensorFlow's `same` padding, and the batch norm behind it."""

    name: str
    norm: str
    n_in: int
    n_out: int
    kernel: int = 1
    stride: int = 1
    is_depthwise: bool = False
    is_rectified: bool = True

    def entries(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Names and shapes of its tensors."""
        n_in = 1 if self.is_depthwise else self.n_in
        yield f"{self.name}.weight", (self.n_out, n_in, self.kernel, self.kernel)
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{self.norm}.{part}", (self.n_out,)
        yield f"{self.norm}.num_batches_tracked", ()


@dataclass(frozen=True)
class Block:
    """Convolutions one behind the other; their input is added to their output where the shapes allow it."""

    name: str
    convolutions: tuple[Convolution, ...]
    is_residual: bool


@dataclass(frozen=True)
class Lite:
    """One of the networks.

    Attributes:
        width: Multiplies the stages' channels.
        depth: Multiplies the number of their blocks, except in the first and the last stage.
        file_digest: BLAKE3 of the file with the published weights.
    """

    width: float
    depth: float
    file_digest: str

    @property
    def stem(self) -> Convolution:
        """What sees the pixels."""
        return Convolution("conv_stem", "bn1", 3, _N_STEM, kernel=3, stride=2)

    @property
    def head(self) -> Convolution:
        """What the pooling follows."""
        return Convolution("conv_head", "bn2", self._channels(_STAGES[-1][-1]), N_FEATURES)

    def stages(self) -> Iterator[list[Block]]:
        """The blocks between stem and head."""
        n_in = _N_STEM
        for number, (n_blocks, kernel, stride, expansion, channels) in enumerate(_STAGES):
            n_out, blocks = self._channels(channels), []
            is_inner = 0 < number < len(_STAGES) - 1
            for place in range(math.ceil(n_blocks * self.depth) if is_inner else n_blocks):
                name = f"blocks.{number}.{place}"
                blocks.append(_block(name, n_in, n_out, expansion, kernel=kernel, stride=1 if place else stride))
                n_in = n_out
            yield blocks

    def entries(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of all tensors, the classifier's included, in the order of published files."""
        blocks = [block for stage in self.stages() for block in stage]
        convolutions = [self.stem, *(part for block in blocks for part in block.convolutions), self.head]
        classifier = {"classifier.weight": (_N_CLASSES, N_FEATURES), "classifier.bias": (_N_CLASSES,)}
        return dict(entry for part in convolutions for entry in part.entries()) | classifier

    def _channels(self, n: int) -> int:
        """A stage's channels: a multiple of 8, at most a tenth less than the multiplier asks for."""
        wanted = n * self.width
        rounded = max(8, int(wanted + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * wanted else rounded


def _block(name: str, n_in: int, n_out: int, expansion: int, *, kernel: int, stride: int) -> Block:
    """A depthwise separable convolution, or with an expansion an inverted residual."""
    n_inner = n_in * expansion

    def norm(number: int) -> str:
        return f"{name}.bn{number}"

    first = 1 if expansion == 1 else 2
    depthwise = Convolution(
        f"{name}.conv_dw", norm(first), n_inner, n_inner, kernel=kernel, stride=stride, is_depthwise=True
    )
    last = "conv_pw" if expansion == 1 else "conv_pwl"
    projection = Convolution(f"{name}.{last}", norm(first + 1), n_inner, n_out, is_rectified=False)
    expand = [] if expansion == 1 else [Convolution(f"{name}.conv_pw", norm(1), n_in, n_inner)]
    return Block(name, (*expand, depthwise, projection), is_residual=stride == 1 and n_in == n_out)


LITES = {
    "tf_efficientnet_lite0": Lite(1.0, 1.0, "ebc7ee3e987e187d1e6033b34cc7d03f20b4d34c394d5df426444dfab7bc1089"),
    "tf_efficientnet_lite1": Lite(1.0, 1.1, "1eab5355d754a28a01b330118a31c5385c34d67527b1d57785801bc0782e6cce"),
    "tf_efficientnet_lite2": Lite(1.1, 1.2, "9ccce01ef75db0121c90fe50c5fcd76f3dc234df5853688adfe7e9cf7070c57a"),
}
"""By timm's name, without a tag of weights."""


def find_lite(spec: BackboneSpec) -> Lite | None:
    """The architecture of a backbone, if it is one of these."""
    is_ours = spec.family == "timm" and spec.colour == "rgb"
    return LITES.get(spec.architecture.partition(".")[0]) if is_ours else None

"""The one-layer network of a well-known tutorial, exactly as it is there, and with its mistakes corrected one by one.

The tutorial (DataCamp, "TensorFlow Tutorial For Beginners"): 28 x 28 grey pixels, one fully connected layer with a ReLU
on its outputs, softmax cross-entropy, Adam at .001, 201 steps with all images at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    raise SystemExit("This needs the extra torch: pip install 'regraft[torch]'") from None

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Recipe:
    """How the layer is trained.

    Attributes:
        relu: A ReLU on the scores: a class whose score is negative for all images can never be learnt again.
        steps: Updates.
        batch_size: Images of an update; None for all at once.
        standardise: Each image to mean 0 and deviation 1: sun and shade look alike.
        weight_decay: Of AdamW.
    """

    relu: bool = True
    steps: int = 201
    batch_size: int | None = None
    standardise: bool = False
    weight_decay: float = 0.0


TUTORIAL = Recipe()
CORRECTED = {
    "as in the tutorial": TUTORIAL,
    "no ReLU on the scores": replace(TUTORIAL, relu=False),
    "trained to the end: 3,000 steps of 64 images": replace(TUTORIAL, relu=False, steps=3000, batch_size=64),
    "each image to mean 0 and deviation 1": replace(TUTORIAL, relu=False, steps=3000, batch_size=64, standardise=True),
    "weight decay .3": replace(TUTORIAL, relu=False, steps=3000, batch_size=64, standardise=True, weight_decay=0.3),
}
"""The tutorial's recipe, and what it becomes; each line keeps the corrections of those before it."""


def train_one_layer(
    images: NDArray[np.float32], labels: NDArray[np.int64], n_classes: int, recipe: Recipe, seed: int
) -> nn.Linear:
    """Train the layer.

    Args:
        images: (n, 28, 28) float32, 0 to 1.
        labels: (n,) int64.
        n_classes: k.
        recipe: How.
        seed: Of the weights and the order.
    """
    torch.manual_seed(seed)
    inputs, targets = prepared(images, recipe), torch.from_numpy(labels)
    layer = nn.Linear(inputs.shape[1], n_classes)
    nn.init.xavier_uniform_(layer.weight)  # as in TensorFlow's fully_connected
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.001, weight_decay=recipe.weight_decay)
    for _step in range(recipe.steps):
        rows = slice(None) if recipe.batch_size is None else torch.randint(len(inputs), (recipe.batch_size,))
        optimizer.zero_grad()
        functional.cross_entropy(scores_of(layer, inputs[rows], recipe), targets[rows]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return layer


def predict_one_layer(layer: nn.Linear, images: NDArray[np.float32], recipe: Recipe) -> NDArray[np.int64]:
    """(n,) predicted classes of (n, 28, 28) images."""
    with torch.no_grad():
        return scores_of(layer, prepared(images, recipe), recipe).argmax(dim=1).numpy()


def scores_of(layer: nn.Linear, inputs: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Scores (n, k) of inputs (n, 784)."""
    scores = layer(inputs)
    return functional.relu(scores) if recipe.relu else scores


def prepared(images: NDArray[np.float32], recipe: Recipe) -> torch.Tensor:
    """Inputs (n, 784) of images (n, 28, 28)."""
    inputs = torch.from_numpy(images).flatten(1)
    if recipe.standardise:
        inputs = (inputs - inputs.mean(dim=1, keepdim=True)) / inputs.std(dim=1, keepdim=True).clamp_min(1e-3)
    return inputs


def accuracies(
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    split: tuple[NDArray[np.int64], NDArray[np.int64]],
    n_classes: int,
    recipe: Recipe,
    *,
    n_seeds: int = 5,
) -> NDArray[np.float64]:
    """(n_seeds,) parts of the test images that are recognised."""
    train, test = split
    layers = (train_one_layer(images[train], labels[train], n_classes, recipe, seed) for seed in range(n_seeds))
    return np.array([(predict_one_layer(layer, images[test], recipe) == labels[test]).mean() for layer in layers])

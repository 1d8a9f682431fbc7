"""Whether maps of contributions add up, and whether they lie where a class is.

    python bench/maps.py                     # handwritten digits
    python bench/maps.py --signs FOLDER      # Belgian traffic signs instead
    python bench/maps.py --quick             # drawn signs

FOLDER: see bench/unknown.py. A head is learnt on EfficientNet-Lite0, on its penultimate layer and on what `probe`
chooses; then: how far cells, bias, what has no place and rounding are from the score; in mosaics of two times two
images of four classes, which part of the positive mass of each class's map lies in its quarter (images that the head
may have learnt from: a chance map has .25); milliseconds to explain an image.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

import regraft
from example_images import draw_signs, write_digits
from regraft.experiments.explanations import Explainer
from regraft.features import Locator
from regraft.heads import share_out
from rounds import new_parser, seconds_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 224
N_TIMED = 20


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.signs:
            source = arguments.signs
        elif arguments.quick:
            source = draw_signs(folder / "signs", n_classes=6)
        else:
            source, _uci = write_digits(folder / "digits")
        for layer in ("penultimate", "auto"):
            options = regraft.ProbeOptions(backbone="efficientnet-lite0", quality="fast", layer=layer, runs=folder)
            classifier = regraft.load(regraft.probe(source, options).folder)
            report(classifier, source, f"{source.name}, layer {layer}", n_mosaics=10 if arguments.quick else 100)


def report(classifier: regraft.Classifier, source: Path, name: str, n_mosaics: int) -> None:
    """One line."""
    rng = np.random.default_rng(0)
    by_class = {label: sorted((source / label).glob("*.*")) for label in classifier.class_names}
    explainer, locator = Explainer(classifier), Locator(classifier.all_networks, classifier.cache)
    gaps, shares = [], []
    for _ in range(n_mosaics):
        codes = rng.choice(len(by_class), size=4, replace=False).tolist()
        paths = [by_class[classifier.class_names[code]] for code in codes]
        image = mosaic([own[rng.integers(len(own))] for own in paths])
        features, parts = locator.locate(classifier.all_networks.inputs([image]))
        for place, code in enumerate(codes):
            found = share_out(classifier.head, features[0], parts, code=code)
            cells = sum(np.sum(one) for one in found.cells)
            gaps.append(abs(cells + found.bias + found.unlocated - found.score) / max(abs(found.score), 1e-12))
            shares.append(mass_in_quarter(found.cells[0], place))
    image = np.asarray(Image.open(paths[0][0]).convert("RGB"))
    times = [seconds_of(lambda: explainer.explain(image, "image")) for _ in range(N_TIMED)]
    print(
        f"{name}: without the rounding at most {max(gaps):.1e} of the score is missing, median "
        f"{statistics.median(gaps):.1e}; {np.mean(shares):.2f} of the positive mass in the right quarter "
        f"({n_mosaics} mosaics); {statistics.median(times) * 1000:.0f} ms an image",
        flush=True,
    )


def mosaic(paths: list[Path]) -> NDArray[np.uint8]:
    """Four images, each in a quarter."""
    quarters = [np.asarray(Image.open(path).convert("RGB").resize((SIZE // 2, SIZE // 2))) for path in paths]
    return np.concatenate([np.concatenate(quarters[:2], axis=1), np.concatenate(quarters[2:], axis=1)])


def mass_in_quarter(cells: NDArray[np.float64], place: int) -> float:
    """Of what is positive, the part in a quarter; a middle row or column lies in both halves with half its mass."""
    positive = np.maximum(cells, 0)
    n_cells = len(positive)
    halves = np.clip(n_cells / 2 - np.arange(n_cells), 0, 1)
    row, column = divmod(place, 2)
    weights = [halves, 1 - halves]
    total = float(positive.sum())
    return float(weights[row] @ positive @ weights[column]) / total if total else 0.25


if __name__ == "__main__":
    main()

"""Whether maps of contributions add up, and whether they lie where a class is.

    python bench/maps.py                     # handwritten digits; three minutes
    python bench/maps.py --signs FOLDER      # Belgian traffic signs instead; three minutes
    python bench/maps.py --quick             # drawn signs

FOLDER: see bench/unknown.py. A head is learnt on EfficientNet-Lite0 (fp32), on its penultimate layer and on the layers
that `probe` chooses. All images are test images. Of the map of the class that is said, and of that against the second:

- sum: what rounding leaves out, relative to the largest score of the image.
- captum: correlation with LayerGradCam (Selvaraju et al. 2017) without ReLU, the length of the features held constant.
  Of the penultimate layer alone, which is what GradCAM looks at.
- randomised: rank correlation with the map of a network whose weights were drawn, under the same head and under its own
  (Adebayo et al. 2018, "Sanity checks for saliency maps", signed maps); beside it, with that of another image: what
  smooth maps of 49 cells have in common by chance. Both also without the mean map of all images.
- mosaic: four images of four classes, each surely recognised, and the part of each class's positive mass that lies in
  its quarter; chance is .25. Each fills the network's input by itself, which is then twice as wide (the grid pointing
  game of Böhle et al. 2021, "Convolutional dynamic alignment networks"); or all four together do ("at half size").
- removed: in which part of the images the score falls further without the strongest ten cells than, in the mean of four
  draws, without ten others: the pixels blurred, or taken from the parts that the features are sums of.
- time: milliseconds to explain an image.
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
from PIL import Image, ImageFilter

import regraft
from example_images import draw_signs, write_digits
from map_correlations import correlations, unshared
from regraft.backbones import keep_weights, load_network
from regraft.experiments.explanations import Explainer
from regraft.features import JoinedNetworks, LocatedFeatures, Locator, tap_network
from regraft.heads import against, against_others, share_out
from rounds import new_parser, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Cells = NDArray[np.float64]

N_TIMED = 9
N_REMOVED, N_DRAWS = 10, 4
SURE = 0.9
BLUR = 24


@dataclass(frozen=True)
class Subject:
    """A classifier, and the test images of its run.

    Attributes:
        run: The folder of the run.
        source: The images, a folder for each class.
    """

    run: Path
    source: Path

    @cached_property
    def classifier(self) -> regraft.Classifier:
        """What was learnt."""
        return regraft.load(self.run)

    @cached_property
    def locator(self) -> Locator:
        """Takes its features apart."""
        return Locator(self.classifier.all_networks, self.classifier.cache)

    def tested(self, n: int) -> list[Path]:
        """Some test images."""
        paths = pq.read_table(self.run / "predictions.parquet", columns=["path"])["path"].to_pylist()
        order = np.random.default_rng(0).permutation(len(paths))[:n]
        return [self.source / paths[place] for place in order]

    @cached_property
    def sure(self) -> dict[int, list[Path]]:
        """By class the test images that are recognised with hardly a doubt."""
        found: dict[int, list[Path]] = {}
        for row in pq.read_table(self.run / "predictions.parquet").to_pylist():
            if row["correct"] and row["confidence"] >= SURE:
                found.setdefault(self.classifier.class_names.index(row["label"]), []).append(self.source / row["path"])
        return found

    def pixels(self, image: Path | NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(1, h, w, 3): what the network sees."""
        return self.classifier.all_networks.inputs([image])[0]

    def maps(self, features: NDArray[np.float32], parts: tuple[LocatedFeatures, ...], code: int) -> list[Cells]:
        """Of a class against all others, and against the best other one."""
        scores = self.classifier.head.scores(features)[0].astype(np.float64)
        shares = against_others(code, scores / self.classifier.head.temperature)
        scores[code] = -np.inf
        pair = (shares, against(code, int(scores.argmax()), len(scores)))
        return [share_out(self.classifier.head, features[0], parts, one).cells[0] for one in pair]


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    n_images = 4 if arguments.quick else 150
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.signs:
            source = arguments.signs
        elif arguments.quick:
            source = draw_signs(folder / "signs", n_classes=6)
        else:
            source, _uci = write_digits(folder / "digits")
        for layer in ("penultimate",) if arguments.quick else ("penultimate", "auto"):
            subject = Subject(learn(source, folder, layer=layer), source)
            drawn = Subject(learn(source, folder, layer=layer, init="random"), source)
            for line in report(subject, drawn, n_images):
                print(f"{source.name}, layer {layer}: {line}", flush=True)
        if arguments.quick:
            return
        several = Subject(learn(source, folder, backbone="efficientnet-lite0+efficientnet-lite2", views=3), source)
        print(f"{source.name}, two networks, three views: {time_of(several)}", flush=True)


def learn(source: Path, runs: Path, **options: object) -> Path:
    """The folder of a run."""
    fixed = {"backbone": "efficientnet-lite0", "quality": "fast", "precision": "fp32", "runs": runs}
    return regraft.probe(source, regraft.ProbeOptions.model_validate(fixed | options)).folder


def report(subject: Subject, drawn: Subject, n_images: int) -> Iterator[str]:
    """All lines of a classifier."""
    yield f"sum: {rounding(subject, n_images)}"
    if subject.classifier.all_networks.only.layer == "penultimate":
        yield f"captum: {against_captum(subject, n_images)}"
    yield f"randomised: {against_drawn(subject, drawn, n_images)}"
    for is_wide in (True, False):
        shares = np.array(list(mosaics(subject, n_images, is_wide=is_wide)))
        size = "" if is_wide else " at half size"
        others, second = shares.mean(axis=0)
        yield f"mosaic{size}: {others:.2f} against the others, {second:.2f} against the second"
    yield f"removed: {without_strongest(subject, n_images)}"
    yield f"time: {time_of(subject)}"


def rounding(subject: Subject, n_images: int) -> str:
    """What cells, bias and what has no place lack."""
    head, gaps = subject.classifier.head, []
    for path in subject.tested(n_images):
        features, parts = subject.locator.locate([subject.pixels(path)])
        scores = head.scores(features)[0]
        found = share_out(head, features[0], parts, np.eye(len(scores))[scores.argmax()])
        gaps.append(abs(found.rounding) / float(np.abs(scores).max()))
    return f"{statistics.median(gaps):.1e} of the score in the median, at most {max(gaps):.1e}"


def against_captum(subject: Subject, n_images: int) -> str:
    """The same map from gradients."""
    if importlib.util.find_spec("captum") is None:
        return "not compared; this needs captum: pip install 'regraft[bench]'"
    import torch
    from captum.attr import LayerGradCam

    classifier = subject.classifier
    spec, head = classifier.backbones[0], classifier.head
    network = load_network(spec, keep_weights(spec, classifier.cache / "weights")[0]).eval()
    coef = torch.from_numpy(head.coef)

    def scores(planes: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = network(planes)
        length: torch.Tensor = features.detach().norm()
        return torch.matmul(features, coef.T).div(length)

    found = LayerGradCam(scores, network.get_submodule("bn2"))
    near = []
    for path in subject.tested(n_images):
        pixels = subject.pixels(path)
        features, parts = subject.locator.locate([pixels])
        code = int(head.scores(features)[0].argmax())
        planes = torch.from_numpy((pixels / 255 - np.array(spec.mean)) / np.array(spec.std)).permute(0, 3, 1, 2)
        theirs = found.attribute(planes.float(), target=code, relu_attributions=False)
        ours = share_out(head, features[0], parts, np.eye(head.n_classes)[code]).cells[0]
        near.append(float(np.corrcoef(ours.ravel(), theirs.detach().numpy().ravel())[0, 1]))
    return f"correlation at least {min(near):.6f}, median {statistics.median(near):.6f} ({len(near)} images)"


def against_drawn(subject: Subject, drawn: Subject, n_images: int) -> str:
    """What is left of maps where weights are drawn."""
    ours: list[Cells] = []
    theirs: dict[str, list[Cells]] = {"own head": [], "same head": []}
    for path in subject.tested(n_images):
        features, parts = subject.locator.locate([subject.pixels(path)])
        code = int(subject.classifier.head.scores(features)[0].argmax())
        ours.append(subject.maps(features, parts, code)[0])
        features, parts = drawn.locator.locate([drawn.pixels(path)])
        theirs["own head"].append(drawn.maps(features, parts, code)[0])
        if features.shape[1] >= subject.classifier.head.coef.shape[1]:
            theirs["same head"].append(subject.maps(features, parts, code)[0])
    told = [f"two images' maps {correlations(ours, ours, apart=1)}"]
    for name, maps in theirs.items():
        if maps:
            pairs = {"": (ours, maps), ", less what all images' maps share": (unshared(ours), unshared(maps))}
            told += [
                f"{name}{what} {correlations(*pair)} (with the next image's {correlations(*pair, apart=1)})"
                for what, pair in pairs.items()
            ]
    return "; ".join(told)


def mosaics(subject: Subject, n_mosaics: int, *, is_wide: bool) -> Iterator[list[float]]:
    """For each class of each mosaic, which part of the mass of both maps lies in its quarter."""
    rng, classifier, locator = np.random.default_rng(0), subject.classifier, subject.locator
    if is_wide:
        locator = Locator(twice_as_wide(classifier.all_networks, classifier.cache), classifier.cache)
    for _ in range(n_mosaics):
        codes = rng.choice(sorted(subject.sure), size=4, replace=False).tolist()
        paths = [subject.sure[code][rng.integers(len(subject.sure[code]))] for code in codes]
        quarters = [subject.pixels(path)[0] for path in paths]
        image = np.concatenate([np.concatenate(quarters[:2], axis=1), np.concatenate(quarters[2:], axis=1)])
        features, parts = locator.locate([image[None] if is_wide else subject.pixels(image)])
        for place, code in enumerate(codes):
            yield [mass_in_quarter(cells, place) for cells in subject.maps(features, parts, code)]


def twice_as_wide(networks: JoinedNetworks, cache: Path) -> JoinedNetworks:
    """The same network for images of twice its size."""
    only = networks.only
    spec = only.spec.model_copy(update={"image_size": 2 * only.spec.image_size})
    wide = tap_network(spec, networks.choice, transform=only.transform, layer=only.layer, cache=cache)
    return JoinedNetworks((wide,), networks.choice).staying_open()


def mass_in_quarter(cells: Cells, place: int) -> float:
    """Of what is positive, the part in a quarter; a middle row or column lies in both halves with half its mass."""
    positive = np.maximum(cells, 0)
    n_cells = len(positive)
    halves = np.clip(n_cells / 2 - np.arange(n_cells), 0, 1)
    row, column = divmod(place, 2)
    weights = [halves, 1 - halves]
    total = float(positive.sum())
    return float(weights[row] @ positive @ weights[column]) / total if total else 0.25


def without_strongest(subject: Subject, n_images: int) -> str:
    """How often the strongest cells are those that matter."""
    rng, head = np.random.default_rng(0), subject.classifier.head
    won: dict[str, list[bool]] = {"pixels": [], "parts": []}
    for path in subject.tested(n_images):
        pixels = subject.pixels(path)
        features, parts = subject.locator.locate([pixels])
        code = int(head.scores(features)[0].argmax())
        shares = against_others(code, head.scores(features)[0].astype(np.float64) / head.temperature)
        cells = share_out(head, features[0], parts, shares).cells[0]
        chosen = [np.argsort(-cells.ravel())[:N_REMOVED]]
        chosen += [rng.permutation(cells.size)[:N_REMOVED] for _ in range(N_DRAWS)]
        masks = [np.isin(np.arange(cells.size), places).reshape(cells.shape) for places in chosen]
        blurred = np.stack([blur(pixels[0], mask) for mask in masks])
        taken = np.repeat(features, len(masks), axis=0)
        for row, mask in zip(taken, masks, strict=True):
            row[parts[0].columns] -= (parts[0].cells * mask).sum(axis=(1, 2))
        for name, rows in (("pixels", subject.classifier.all_networks.compute([blurred])), ("parts", taken)):
            scores = head.scores(rows) @ shares
            won[name].append(bool(scores[0] < scores[1:].mean()))
    return ", ".join(f"{name} {np.mean(one):.2f}" for name, one in won.items()) + f" of {n_images} images"


def blur(pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The image, out of focus in some of its cells."""
    image = Image.fromarray(pixels)
    cells = Image.fromarray(mask).convert("L").resize(image.size, Image.Resampling.NEAREST)
    return np.asarray(Image.composite(image.filter(ImageFilter.GaussianBlur(BLUR)), image, cells))


def time_of(subject: Subject) -> str:
    """Of one image, the network being open."""
    explainer = Explainer(subject.classifier)
    path = subject.tested(1)[0]
    explainer.explain(path, "image")
    times = [seconds_of(lambda: explainer.explain(path, "image")) for _ in range(N_TIMED)]
    return f"{statistics.median(times) * 1000:.0f} ms an image"


if __name__ == "__main__":
    main()

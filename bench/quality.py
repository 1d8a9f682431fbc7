"""How good a probe is with `--quality fast`, `good` and `best`, and what an image then takes.

    python bench/quality.py                     # ELPV, handwritten digits, textile; an hour, half of it once
    python bench/quality.py --signs FOLDER      # and Belgian traffic signs
    python bench/quality.py --train 400         # learning from so many images only, measured on all others
    python bench/quality.py --only digits --seeds 1 2
    python bench/quality.py --quick             # drawn signs

FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm. Three splits of each data set; ELPV also by
blocks of 60 neighbouring files, signs by poles. Each quality and each network by itself answers for the same test
images: the differences are paired. Milliseconds are those of one image through the networks, without its decoding.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import regraft
from regraft.bundle import read_record
from regraft.data import Reading, cluster_units, split_holdout, write_manifest
from regraft.datasets import read_dataset
from regraft.evaluation import Predictions, compare_paired
from regraft.experiments import choose_backbones
from regraft.recipes import ProbeOptions
from regraft.reports import Report
from rounds import need, new_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "traffic_signs"))
from digits import write_digits
from signs import GROUPS, draw_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.data import Split
    from regraft.evaluation import Estimate, PairedDifference

Quality = Literal["fast", "good", "best"]
QUALITIES: tuple[Quality, ...] = ("fast", "good", "best")
SEEDS = (0, 1, 2)
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class Answer:
    """What one probe said of the test images.

    Attributes:
        networks: That it used.
        predictions: Of the test images.
        report: Of the run.
    """

    networks: str
    predictions: Predictions
    report: Report

    @property
    def accuracy(self) -> Estimate:
        """Share of the test images."""
        return self.report.assessment.accuracy

    def against(self, other: Answer) -> PairedDifference:
        """How much better it is than another one."""
        mine, theirs = self.predictions, other.predictions
        assert mine.paths == theirs.paths
        return compare_paired(mine.right, theirs.right, groups=mine.groups)

    @property
    def milliseconds(self) -> dict[str, float]:
        """An image through each of the networks that were tried."""
        table = self.report.choice_table
        return {} if table is None else {str(row[0]): float(str(row[3])) for row in table.rows}


def main() -> None:
    """Measure what the arguments ask for."""
    parser = new_parser(__doc__)
    parser.add_argument("--signs", type=Path, help="folder of Belgian traffic signs")
    parser.add_argument("--train", type=int, help="learn from so many images")
    parser.add_argument("--only", metavar="NAME", help="one of the data sets")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the splits")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            signs = draw_signs(Path(folder) / "signs", n_classes=2)
            measure(Source("drawn signs", signs, GROUPS, 40), seeds=(0,), n_alone=1, qualities=("fast", "good"))
            return
        need("mlxtend", install="pip install 'regraft[examples]'")
        known = [
            Source("ELPV", "elpv", None, arguments.train),
            Source("ELPV by blocks", "elpv", "order:60", arguments.train),
            Source("textile", "textile", None, arguments.train),
            Source("digits", write_digits(Path(folder))[0], None, arguments.train),
        ]
        if arguments.signs:
            known.insert(0, Source("Belgian signs", arguments.signs, GROUPS, arguments.train))
        for source in known:
            if arguments.only in {None, source.name}:
                measure(source, seeds=arguments.seeds)


@dataclass(frozen=True)
class Source:
    """Images, and how many of them are learnt from.

    Attributes:
        name: What is printed.
        place: A folder, or the name of a data set.
        group_by: Which images show one object.
        n_train: Learn from so many; None for three quarters.
    """

    name: str
    place: str | Path
    group_by: str | None
    n_train: int | None

    def table(self, folder: Path, seed: int) -> Path:
        """Its images, each with its side of a split."""
        manifest = read_dataset(self.place, Reading(group_by=self.group_by))
        test_fraction = 0.25 if self.n_train is None else 1 - self.n_train / len(manifest)
        units = cluster_units(manifest.paths, manifest.groups)
        is_test = split_holdout(manifest.labels, units, manifest.paths, test_fraction=test_fraction, seed=seed)
        splits: tuple[Split, ...] = tuple("test" if held_out else "train" for held_out in is_test)
        path = folder / f"{self.name} {seed}.parquet"
        write_manifest(replace(manifest, splits=splits), path)
        return path


def measure(
    source: Source,
    *,
    seeds: Sequence[int] = SEEDS,
    n_alone: int | None = None,
    qualities: tuple[Quality, ...] = QUALITIES,
) -> None:
    """One line for each split and quality, and their means; of the networks by themselves only the first ones."""
    names = choose_backbones(())[0][:n_alone]
    seen: dict[str, list[float]] = defaultdict(list)
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            table = source.table(Path(folder), seed)
            alone = [probed(table, seed, backbone=name) for name in names]
            answers = {quality: probed(table, seed, quality=quality) for quality in qualities}
        best_alone = max(alone, key=lambda one: one.accuracy.value)
        milliseconds = {name: ms for one in answers.values() for name, ms in one.milliseconds.items()}
        for one in alone:
            seen[one.networks].append(one.accuracy.value)
        for quality, one in answers.items():
            seen[quality].append(one.accuracy.value)
            seen[f"{quality} worse"].append(is_worse(one.against(best_alone)))
            say(f"{source.name}, seed {seed}", quality, one, (answers["fast"], best_alone), milliseconds)
    for name in (*names, *qualities):
        spread = statistics.stdev(seen[name]) if len(seeds) > 1 else 0.0
        worse = (
            "" if name in names else f", significantly worse than the best by itself in {sum(seen[f'{name} worse'])}"
        )
        print(f"{source.name:<20} {name:<44} {statistics.mean(seen[name]):.4f}, spread {spread:.4f}{worse}", flush=True)


def probed(table: Path, seed: int, *, backbone: str | None = None, quality: Quality = "fast") -> Answer:
    """A probe with all other options at their defaults."""
    with tempfile.TemporaryDirectory() as runs:
        options = ProbeOptions(seed=seed, quality=quality, runs=Path(runs))
        if backbone is not None:
            options = ProbeOptions(seed=seed, backbone=backbone, runs=Path(runs))
        folder = regraft.probe(table, options).folder
        report = Report.model_validate_json((folder / "report.json").read_text(encoding="utf-8"))
        predictions = Predictions.read_parquet(folder / "predictions.parquet")
        record = read_record(folder / "bundle")
    n_views = len(record.networks[0].views)
    views = "" if n_views == 1 else f", {n_views} views"
    return Answer("+".join(one.backbone.name for one in record.networks) + views, predictions, report)


def is_worse(difference: PairedDifference) -> bool:
    """Whether that can hardly be chance."""
    return difference.value < 0 and difference.p_value < SIGNIFICANT


def say(what: str, quality: Quality, one: Answer, others: Sequence[Answer], milliseconds: dict[str, float]) -> None:
    """One line."""
    found = one.accuracy
    fast, best_alone = others
    told = "" if quality == "fast" else f"; against fast {one.against(fast)}"
    print(
        f"{what:<22} {quality:<5} {found.value:.4f} ({found.low:.3f} to {found.high:.3f}), {one.networks}, "
        f"{milliseconds.get(one.networks, float('nan')):.1f} ms{told}; "
        f"against the best by itself ({best_alone.networks} {best_alone.accuracy.value:.4f}) {one.against(best_alone)}",
        flush=True,
    )


if __name__ == "__main__":
    main()

"""How good a probe is with `--quality fast`, `good` and `best`, and what an image then takes.

    python bench/quality.py                     # ELPV, handwritten digits, textile; an hour, half of it once
    python bench/quality.py --signs FOLDER      # and Belgian traffic signs
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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import regraft
from regraft.bundle import read_record
from regraft.evaluation import Predictions, compare_paired
from regraft.experiments import choose_backbones
from regraft.reports import Report
from rounds import need, new_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "traffic_signs"))
from digits import write_digits
from signs import GROUPS, draw_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Estimate, PairedDifference

Quality = Literal["fast", "good", "best"]
QUALITIES: tuple[Quality, ...] = ("fast", "good", "best")
N_SPLITS = 3
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
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            measure("drawn signs", draw_signs(Path(folder) / "signs", n_classes=2), GROUPS, n_splits=1)
            return
        need("mlxtend", install="pip install 'regraft[examples]'")
        if arguments.signs:
            measure("Belgian signs", arguments.signs, GROUPS)
        measure("ELPV", "elpv")
        measure("ELPV by blocks", "elpv", "order:60")
        measure("textile", "textile")
        measure("digits", write_digits(Path(folder))[0])


def measure(what: str, source: str | Path, group_by: str | None = None, *, n_splits: int = N_SPLITS) -> None:
    """One line for each split and quality, and their means."""
    names, _notes = choose_backbones(())
    seen: dict[str, list[float]] = defaultdict(list)
    for seed in range(n_splits):
        alone = [probed(source, group_by, seed, backbone=name) for name in names]
        best_alone = max(alone, key=lambda one: one.accuracy.value)
        answers = {quality: probed(source, group_by, seed, quality=quality) for quality in QUALITIES}
        milliseconds = {name: ms for one in answers.values() for name, ms in one.milliseconds.items()}
        for one in alone:
            seen[one.networks].append(one.accuracy.value)
        for quality, one in answers.items():
            seen[quality].append(one.accuracy.value)
            seen[f"{quality} worse"].append(is_worse(one.against(best_alone)))
            say(f"{what}, seed {seed}", quality, one, (answers["fast"], best_alone), milliseconds)
    for name in (*names, *QUALITIES):
        spread = statistics.stdev(seen[name]) if n_splits > 1 else 0.0
        worse = (
            "" if name in names else f", significantly worse than the best network in {sum(seen[f'{name} worse']):.0f}"
        )
        print(f"{what:<22} {name:<44} mean {statistics.mean(seen[name]):.4f}, spread {spread:.4f}{worse}", flush=True)


def probed(
    source: str | Path, group_by: str | None, seed: int, *, backbone: str | None = None, quality: Quality = "fast"
) -> Answer:
    """A probe with all other options at their defaults."""
    named = {} if backbone is None else {"backbone": backbone}
    with tempfile.TemporaryDirectory() as runs:
        options = regraft.ProbeOptions(group_by=group_by, seed=seed, quality=quality, runs=Path(runs), **named)
        folder = regraft.probe(source, options).folder
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

"""The figures of images that come in series: what a random split promises, and what is left without it."""

from __future__ import annotations

from pydantic import Field

from regraft.auditing.series.groupings import GroupingKind
from regraft.core import PrintableText, Value, as_percent, shell_quoted
from regraft.evaluation import Estimate

_N_TORN = 0.05
"""A split that tears groups for so small a part of the test images is not touched by them."""
_HEADLINES: dict[GroupingKind, tuple[str, str]] = {
    "names": ("by names", "several images seem to show one object"),
    "folders": ("by folders", "the images of a folder seem to belong together"),
    "dates": ("by dates", "the images of a day seem to belong together"),
    "days": ("by days", "the images of a day seem to belong together"),
    "order": ("by neighbouring files", "your images seem to come in series"),
}


class SeriesGap(Value):
    """Images that come in series: what a random split promises, and what is left where series stay together.

    Attributes:
        kind: What shows the series: "names", "folders", "dates", "days" or "order".
        expression: What `--group-by` takes; empty where no expression says it (days).
        n_images: Images that it was measured on, one for each known group and exact copy.
        n_groups: Groups that they fall into.
        n_classes: Classes that it was measured on.
        n_groupings: Ways to group that were tried.
        likeness: Of images of a class and group: 0 as any two of the class, 1 the same.
        surplus: How far that is above all shuffles, in standard deviations.
        random: Accuracy where folds tear groups.
        together: Accuracy where groups stay together.
        drop: The difference.
        drop_low: Its 95 % interval begins here.
        drop_high: And ends here.
        n_repeats: How often the folds were dealt.
        label_agreement: The part of neighbouring files with one label; None where files are sorted by class.
        label_agreement_by_chance: The same of shuffled files.
        torn: The part of the test images with one of their group in training; None where there are no sides.
    """

    kind: GroupingKind
    expression: PrintableText
    n_images: int
    n_groups: int
    n_classes: int
    n_groupings: int
    likeness: float
    surplus: float
    random: Estimate
    together: Estimate
    drop: float
    drop_low: float
    drop_high: float
    n_repeats: int
    label_agreement: float | None = None
    label_agreement_by_chance: float | None = None
    torn: float | None = Field(None, ge=0, le=1)

    @property
    def is_large(self) -> bool:
        """Whether the accuracy falls by more than its own uncertainty, and that is no chance."""
        assert self.random.low is not None
        assert self.random.high is not None
        half = (self.random.high - self.random.low) / 2
        return self.drop > half and self.drop_low > half / 2

    @property
    def matters(self) -> bool:
        """Whether the headline changes: the drop is large, and the split tears groups."""
        return self.is_large and (self.torn is None or self.torn > _N_TORN)

    @property
    def option(self) -> str:
        """What keeps the groups together, as it is typed."""
        if self.expression:
            return f"--group-by {shell_quoted(self.expression)}"
        return "a table with the day in a column called group"

    @property
    def headline(self) -> str:
        """Both figures in a line, and what to do."""
        what, why = _HEADLINES[self.kind]
        figures = f"random split {as_percent(self.random.value)}, {what} {as_percent(self.together.value)}"
        return f"{figures}: {why}; try {self.option}"

"""`curve.html`: accuracy against images, and how far it may be carried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.axes import Plot, Point, logarithmic_axis, plot_box, point_list, share_axis
from regraft.reports.page import environment

if TYPE_CHECKING:
    from regraft.reports.curve_report import CurveReport

_N_CLASS_ROWS = 30


@dataclass(frozen=True)
class CurveMark:
    """A measured point with the ends of its interval."""

    x: float
    y: float
    y_low: float
    y_high: float


@dataclass(frozen=True)
class CurveChart:
    """The measured points, the line through them, and the forecast with its band."""

    plot: Plot
    marks: tuple[CurveMark, ...]
    line: str
    forecast: str
    band: str


def render_curve(report: CurveReport) -> str:
    """The page of a learning curve as HTML."""
    context = {
        "report": report,
        "curve": report.curve,
        "chart": _chart(report),
        "classes": report.curve.classes[:_N_CLASS_ROWS],
        "seconds_total": sum(stage.seconds for stage in report.stages),
    }
    return environment().get_template("curve.html.j2").render(context)


def _chart(report: CurveReport) -> CurveChart:
    curve = report.curve
    told = sorted({one.factor: one for one in (curve.next, curve.doubled)}.items())
    last = curve.points[-1]
    spans = [one.accuracy.ends for one in curve.points]
    spans += [(one.low, one.high) for _factor, one in told]
    box = plot_box()
    sizes = [one.n_each for one in curve.points]
    ends = (sizes[0] / 1.15, sizes[-1] * told[-1][0] * 1.1)
    plot = Plot(
        box,
        logarithmic_axis(ends, box.across, sizes[::2], lambda value: f"{value:,.0f}"),
        share_axis(min(low for low, _ in spans), max(high for _, high in spans), box.upwards),
    )
    measured = [plot.point(one.n_each, one.accuracy.value) for one in curve.points]
    start: Point = measured[-1]
    ahead = [plot.point(last.n_each * factor, one.accuracy) for factor, one in told]
    upper = [plot.point(last.n_each * factor, one.high) for factor, one in told]
    lower = [plot.point(last.n_each * factor, one.low) for factor, one in told]
    marks = tuple(
        CurveMark(x, y, plot.y.place(low), plot.y.place(high))
        for (x, y), (low, high) in zip(measured, spans, strict=False)
    )
    return CurveChart(
        plot, marks, point_list(measured), point_list([start, *ahead]), point_list([start, *upper, *reversed(lower)])
    )

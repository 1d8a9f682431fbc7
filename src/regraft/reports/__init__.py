"""Measures and findings -> pages and charts: one HTML file and one JSON file a run."""

from regraft.reports.comparison_page import render_comparison
from regraft.reports.page import render_page
from regraft.reports.report import LeftOutFile, RegularisationPath, Report, Stage, StrengthCurve, Table
from regraft.reports.report_files import write_comparison, write_report, write_search
from regraft.reports.search_page import render_search
from regraft.reports.training import RateGroup, RateSchedule, Rung, Training, TrainingCurve

__all__ = [
    "LeftOutFile",
    "RateGroup",
    "RateSchedule",
    "RegularisationPath",
    "Report",
    "Rung",
    "Stage",
    "StrengthCurve",
    "Table",
    "Training",
    "TrainingCurve",
    "render_comparison",
    "render_page",
    "render_search",
    "write_comparison",
    "write_report",
    "write_search",
]

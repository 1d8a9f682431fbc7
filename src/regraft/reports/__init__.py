"""Measures and findings -> pages and charts: one HTML file and one JSON file a run."""

from regraft.reports.comparison import Comparison
from regraft.reports.page_record import Notice
from regraft.reports.report import LeftOutFile, RegularisationPath, Report, Stage, StrengthCurve, Table
from regraft.reports.report_files import write_comparison, write_report, write_sweep
from regraft.reports.sweep import Setting, Sweep, SweepTrial, SweptOption, best_first
from regraft.reports.training_story import RateGroup, RateSchedule, Rung, TrainingCurve, TrainingStory

__all__ = [
    "Comparison",
    "LeftOutFile",
    "Notice",
    "RateGroup",
    "RateSchedule",
    "RegularisationPath",
    "Report",
    "Rung",
    "Setting",
    "Stage",
    "StrengthCurve",
    "Sweep",
    "SweepTrial",
    "SweptOption",
    "Table",
    "TrainingCurve",
    "TrainingStory",
    "best_first",
    "write_comparison",
    "write_report",
    "write_sweep",
]

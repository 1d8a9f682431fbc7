"""Measures and findings -> pages and charts: one HTML file and one JSON file a run."""

from regraft.reports.audit import AuditReport, Check, MeasuredSplit
from regraft.reports.audit_page import worst_first
from regraft.reports.comparison import Comparison
from regraft.reports.page_record import Notice
from regraft.reports.report import LeftOutFile, RegularisationPath, Report, Stage, StrengthCurve, Table
from regraft.reports.report_files import write_audit, write_comparison, write_report, write_sweep
from regraft.reports.sweep import Setting, Sweep, SweepTrial, SweptOption, best_first
from regraft.reports.training_story import RateGroup, RateSchedule, Rung, TrainingCurve, TrainingStory

__all__ = [
    "AuditReport",
    "Check",
    "Comparison",
    "LeftOutFile",
    "MeasuredSplit",
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
    "worst_first",
    "write_audit",
    "write_comparison",
    "write_report",
    "write_sweep",
]

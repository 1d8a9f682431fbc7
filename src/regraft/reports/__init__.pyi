from .audit import AuditReport
from .audit_page import worst_first
from .comparison import Comparison
from .curve_report import CurveReport
from .explanation_page import ExplanationReport
from .format_table import FormatRow, FormatTable
from .page_record import Notice
from .pictures import MapPicture, PicturedExplanation
from .report import LeftOutFile, RegularisationPath, Report, Stage, StrengthCurve, Table
from .report_files import (
    write_audit,
    write_comparison,
    write_curve,
    write_explanations,
    write_format_table,
    write_report,
    write_sweep,
)
from .sweep import Setting, Sweep, SweepTrial, SweptOption, best_first
from .training_story import RateGroup, RateSchedule, Rung, TrainingCurve, TrainingStory

__all__ = [
    "AuditReport",
    "Comparison",
    "CurveReport",
    "ExplanationReport",
    "FormatRow",
    "FormatTable",
    "LeftOutFile",
    "MapPicture",
    "Notice",
    "PicturedExplanation",
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
    "write_curve",
    "write_explanations",
    "write_format_table",
    "write_report",
    "write_sweep",
]

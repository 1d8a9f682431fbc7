from .audited_images import AuditedImages
from .checks import Check, CheckLog, NotChecked
from .class_marks import find_class_marks
from .copies import Copies, CopySet, find_copies, judge_copies
from .curve_forecast import Forecast
from .curve_story import ClassGain, CurvePoint, LearningCurve, tell_curve
from .files import find_suspicious_files, find_unusual_files
from .findings import AUDIT_KINDS, Action, AuditFinding, AuditKind, Case, Certainty, make_audit_finding
from .labels.confusions import find_confused_classes
from .labels.errors import find_label_errors, judge_labels
from .learning_curve import MeasuredCurve, measure_curve
from .outliers import find_outliers
from .repeats import find_repeats, measure_repeats
from .series import SeriesGap, find_series, measure_series
from .shift import find_shift
from .shortcuts import find_shortcuts
from .weak_slices import find_weak_slices, name_weak_slices, slice_columns
from .whole_audit import Audited, audit_images

__all__ = [
    "AUDIT_KINDS",
    "Action",
    "AuditFinding",
    "AuditKind",
    "Audited",
    "AuditedImages",
    "Case",
    "Certainty",
    "Check",
    "CheckLog",
    "ClassGain",
    "Copies",
    "CopySet",
    "CurvePoint",
    "Forecast",
    "LearningCurve",
    "MeasuredCurve",
    "NotChecked",
    "SeriesGap",
    "audit_images",
    "find_class_marks",
    "find_confused_classes",
    "find_copies",
    "find_label_errors",
    "find_outliers",
    "find_repeats",
    "find_series",
    "find_shift",
    "find_shortcuts",
    "find_suspicious_files",
    "find_unusual_files",
    "find_weak_slices",
    "judge_copies",
    "judge_labels",
    "make_audit_finding",
    "measure_curve",
    "measure_repeats",
    "measure_series",
    "name_weak_slices",
    "slice_columns",
    "tell_curve",
]

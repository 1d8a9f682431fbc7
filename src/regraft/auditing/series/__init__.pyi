from .finding_series import find_series
from .measuring import measure_series
from .series_gap import SeriesGap

__all__ = ["SeriesGap", "find_series", "measure_series"]

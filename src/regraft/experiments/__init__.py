"""How a run is carried out: a data set's features, head choice, probes, run folders, circumstances."""

from regraft.experiments.circumstances import Stopwatch, installed_versions, now
from regraft.experiments.classifiers import build_classifier
from regraft.experiments.command_lines import command_line
from regraft.experiments.contests import Contest, learnt_backbones_here
from regraft.experiments.dataset_features import DatasetFeatures, features_for, load_features, spread_out
from regraft.experiments.feature_files import check_feature_file, write_features
from regraft.experiments.head_choice import choose_head, for_all_classes
from regraft.experiments.network_options import FeatureOptions, NetworkOptions, TrustOptions
from regraft.experiments.networks import left_out_head, open_network
from regraft.experiments.portions import Portions, Sides, portion_for_probe, portion_out
from regraft.experiments.probe_options import ExperimentOptions, ProbeOptions
from regraft.experiments.probes import run_probe
from regraft.experiments.reporting import Measured, Subject, notices_of, report_run
from regraft.experiments.results import ClassifierResult, RunResult
from regraft.experiments.run_folders import RunFolder, folder_name, write_record
from regraft.experiments.run_options import MetricOptions, RunOptions
from regraft.experiments.seen_images import seen_by
from regraft.experiments.yardsticks import Yardstick

__all__ = [
    "ClassifierResult",
    "Contest",
    "DatasetFeatures",
    "ExperimentOptions",
    "FeatureOptions",
    "Measured",
    "MetricOptions",
    "NetworkOptions",
    "Portions",
    "ProbeOptions",
    "RunFolder",
    "RunOptions",
    "RunResult",
    "Sides",
    "Stopwatch",
    "Subject",
    "TrustOptions",
    "Yardstick",
    "build_classifier",
    "check_feature_file",
    "choose_head",
    "command_line",
    "features_for",
    "folder_name",
    "for_all_classes",
    "installed_versions",
    "learnt_backbones_here",
    "left_out_head",
    "load_features",
    "notices_of",
    "now",
    "open_network",
    "portion_for_probe",
    "portion_out",
    "report_run",
    "run_probe",
    "seen_by",
    "spread_out",
    "write_features",
    "write_record",
]

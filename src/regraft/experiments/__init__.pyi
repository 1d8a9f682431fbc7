from .audit_options import AuditOptions
from .audits import AuditResult, audit_dataset
from .circumstances import Stopwatch, installed_versions, now, processor_name
from .classifiers import build_classifier
from .cleaning import DecisionsResult, carry_out_decisions, take_back_decisions
from .command_lines import command_line
from .conclusion import conclude
from .contests import Contest, plan_probes
from .curves import CurveOptions, CurveResult, measure_dataset_curve
from .dataset_features import DatasetFeatures, list_labelled, load_features, spread_out
from .explanation_runs import explain_images
from .feature_files import check_feature_file, write_features
from .format_tables import MeasuredBundle, measure_formats
from .hashed_features import hash_and_extract, hash_and_keep, hash_for_all, told_of_stored
from .head_choice import choose_head, fit_head, folds_of, for_all_classes
from .network_choice import choose_networks, settle_quality
from .network_options import (
    OTHER_NETWORK,
    FeatureOptions,
    FixedNetworkOptions,
    NetworkOptions,
    TrustOptions,
    ViewOptions,
)
from .networks import choose_backbones, left_out_head, network_names, open_networks
from .portions import Portions, Sides, portion_out
from .probe_options import ExperimentOptions, MapOptions, ProbeOptions, Quality, QualityOptions, UncertaintyOptions
from .probes import probe_dataset
from .quick_findings import listed_images, with_quick_findings
from .reporting import Measured, Subject, notices_of
from .results import ClassifierResult, LearningResult, ProbeResult, RunResult
from .run_folders import RunFolder, write_record
from .run_options import BundleOptions, MetricOptions, RunOptions
from .tried_networks import NetworkChoice
from .uncertainty import Uncertainty, learn_from, learn_uncertainty
from .yardsticks import Yardstick

__all__ = [
    "OTHER_NETWORK",
    "AuditOptions",
    "AuditResult",
    "BundleOptions",
    "ClassifierResult",
    "Contest",
    "CurveOptions",
    "CurveResult",
    "DatasetFeatures",
    "DecisionsResult",
    "ExperimentOptions",
    "FeatureOptions",
    "FixedNetworkOptions",
    "LearningResult",
    "MapOptions",
    "Measured",
    "MeasuredBundle",
    "MetricOptions",
    "NetworkChoice",
    "NetworkOptions",
    "Portions",
    "ProbeOptions",
    "ProbeResult",
    "Quality",
    "QualityOptions",
    "RunFolder",
    "RunOptions",
    "RunResult",
    "Sides",
    "Stopwatch",
    "Subject",
    "TrustOptions",
    "Uncertainty",
    "UncertaintyOptions",
    "ViewOptions",
    "Yardstick",
    "audit_dataset",
    "build_classifier",
    "carry_out_decisions",
    "check_feature_file",
    "choose_backbones",
    "choose_head",
    "choose_networks",
    "command_line",
    "conclude",
    "explain_images",
    "fit_head",
    "folds_of",
    "for_all_classes",
    "hash_and_extract",
    "hash_and_keep",
    "hash_for_all",
    "installed_versions",
    "learn_from",
    "learn_uncertainty",
    "left_out_head",
    "list_labelled",
    "listed_images",
    "load_features",
    "measure_dataset_curve",
    "measure_formats",
    "network_names",
    "notices_of",
    "now",
    "open_networks",
    "plan_probes",
    "portion_out",
    "probe_dataset",
    "processor_name",
    "settle_quality",
    "spread_out",
    "take_back_decisions",
    "told_of_stored",
    "with_quick_findings",
    "write_features",
    "write_record",
]

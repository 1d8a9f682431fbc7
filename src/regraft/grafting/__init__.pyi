from .ending import Made, end_training
from .finetune_options import FinetuneOptions
from .fitting import Fit
from .grafts import graft, making_of
from .ladder import Climbed, Ladder
from .opening import Opened, open_training
from .preparation import Prepared, prepare
from .pretrain_options import PretrainOptions
from .records import WhichWeights, kept_steps, options_under_way, training_folder
from .results import FinetuneResult, TrainResult
from .rungs import build_ladder
from .sides import training_folds
from .sweeps.journal import require_optuna
from .sweeps.options import SweepOptions
from .sweeps.shared import SharedParts
from .sweeps.space import read_space
from .sweeps.study import SweepStudy
from .sweeps.trials import TrialRoom, check_variants
from .sweeps.workers import Order, Team
from .train_options import TrainOptions
from .tuning import tune
from .watching import Place

__all__ = [
    "Climbed",
    "FinetuneOptions",
    "FinetuneResult",
    "Fit",
    "Ladder",
    "Made",
    "Opened",
    "Order",
    "Place",
    "Prepared",
    "PretrainOptions",
    "SharedParts",
    "SweepOptions",
    "SweepStudy",
    "Team",
    "TrainOptions",
    "TrainResult",
    "TrialRoom",
    "WhichWeights",
    "build_ladder",
    "check_variants",
    "end_training",
    "graft",
    "kept_steps",
    "making_of",
    "open_training",
    "options_under_way",
    "prepare",
    "read_space",
    "require_optuna",
    "training_folder",
    "training_folds",
    "tune",
]

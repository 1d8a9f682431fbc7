from .boundary import Boundary as Boundary
from .ending import Made as Made
from .ending import end_training as end_training
from .finetune_options import FinetuneOptions as FinetuneOptions
from .fitting import Fit as Fit
from .grafts import graft as graft
from .grafts import making_of as making_of
from .ladder import Climbed as Climbed
from .ladder import Ladder as Ladder
from .opening import Opened as Opened
from .opening import open_training as open_training
from .preparation import Prepared as Prepared
from .preparation import prepare as prepare
from .pretrain_options import PretrainOptions as PretrainOptions
from .records import WhichWeights as WhichWeights
from .records import kept_steps as kept_steps
from .records import options_under_way as options_under_way
from .records import training_folder as training_folder
from .results import FinetuneResult as FinetuneResult
from .results import TrainResult as TrainResult
from .rungs import build_ladder as build_ladder
from .sides import training_folds as training_folds
from .sweeps.journal import require_optuna as require_optuna
from .sweeps.options import SweepOptions as SweepOptions
from .sweeps.shared import SharedParts as SharedParts
from .sweeps.space import read_space as read_space
from .sweeps.study import SweepStudy as SweepStudy
from .sweeps.trials import TrialRoom as TrialRoom
from .sweeps.trials import check_variants as check_variants
from .sweeps.workers import Order as Order
from .sweeps.workers import Team as Team
from .train_options import TrainOptions as TrainOptions
from .train_options import TuningOptions as TuningOptions
from .tuning import tune as tune
from .watching import Place as Place

__all__ = [
    "Boundary",
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
    "TuningOptions",
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

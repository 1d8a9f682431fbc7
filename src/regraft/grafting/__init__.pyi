from .boundary import Boundary as Boundary
from .finetune_options import FinetuneOptions as FinetuneOptions
from .fits import Fit as Fit
from .grafts import (
    graft as graft,
)
from .grafts import (
    keep_journal as keep_journal,
)
from .grafts import (
    making_of as making_of,
)
from .grafts import (
    save as save,
)
from .grafts import (
    temperature_of as temperature_of,
)
from .ladder import Climbed as Climbed
from .ladder import Ladder as Ladder
from .ladder import n_passes as n_passes
from .preflight import check_training as check_training
from .records import (
    TrainingRecord as TrainingRecord,
)
from .records import (
    WhichWeights as WhichWeights,
)
from .records import (
    kept_steps as kept_steps,
)
from .records import (
    options_under_way as options_under_way,
)
from .records import (
    write_training as write_training,
)
from .sides import hold_out as hold_out
from .sides import training_folds as training_folds
from .starts import fit_start as fit_start
from .starts import start_head as start_head
from .story import rate_rows as rate_rows
from .story import tell_training as tell_training
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
from .watching import Place as Place
from .workshop import Workshop as Workshop
from .workshop import training_folder as training_folder

__all__ = [
    "Boundary",
    "Climbed",
    "FinetuneOptions",
    "Fit",
    "Ladder",
    "Order",
    "Place",
    "SharedParts",
    "SweepOptions",
    "SweepStudy",
    "Team",
    "TrainOptions",
    "TrainingRecord",
    "TrialRoom",
    "TuningOptions",
    "WhichWeights",
    "Workshop",
    "check_training",
    "check_variants",
    "fit_start",
    "graft",
    "hold_out",
    "keep_journal",
    "kept_steps",
    "making_of",
    "n_passes",
    "options_under_way",
    "rate_rows",
    "read_space",
    "require_optuna",
    "save",
    "start_head",
    "tell_training",
    "temperature_of",
    "training_folder",
    "training_folds",
    "write_training",
]

from .ending import Made, end_training
from .finetune_options import FinetuneOptions
from .fitting import Fit
from .grafts import graft, keep_probe
from .ladder import Climbed, Ladder
from .opening import Opened, open_training
from .preparation import Prepared, prepare
from .pretrain_options import PretrainOptions
from .records import WhichWeights, kept_steps, options_under_way, training_folder
from .results import FinetuneResult, TrainResult
from .rungs import build_ladder
from .sweeps.opening import open_sweep
from .sweeps.options import SweepOptions
from .sweeps.outcome import find_outcome, sweep_folder, write_outcome
from .sweeps.workers import Team
from .train_options import TrainOptions
from .tuning import tune
from .watching import Place, measure_all

__all__ = [
    "Climbed",
    "FinetuneOptions",
    "FinetuneResult",
    "Fit",
    "Ladder",
    "Made",
    "Opened",
    "Place",
    "Prepared",
    "PretrainOptions",
    "SweepOptions",
    "Team",
    "TrainOptions",
    "TrainResult",
    "WhichWeights",
    "build_ladder",
    "end_training",
    "find_outcome",
    "graft",
    "keep_probe",
    "kept_steps",
    "measure_all",
    "open_sweep",
    "open_training",
    "options_under_way",
    "prepare",
    "sweep_folder",
    "training_folder",
    "tune",
    "write_outcome",
]

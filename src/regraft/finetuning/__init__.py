"""Training the backbone, too: the grafted network, its rates, the loop, checkpoints, devices.

torch is loaded with the first name that needs it: options are read by `regraft --help`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from regraft.finetuning.options import SharedOptions, TrainingOptions

if TYPE_CHECKING:
    from regraft.finetuning.checkpoints import CheckpointFolder, Restored
    from regraft.finetuning.compiled_gradient import HAS_COMPILED_GRADIENT
    from regraft.finetuning.devices import World, is_leader, join_world
    from regraft.finetuning.estimates import seconds_an_image
    from regraft.finetuning.feeds import ActivationFeed, Feed, PixelFeed
    from regraft.finetuning.inference import network_scores
    from regraft.finetuning.journal import Journal, read_journal
    from regraft.finetuning.loop import Training
    from regraft.finetuning.losses import create_loss
    from regraft.finetuning.memory import kept_pages
    from regraft.finetuning.network import GraftedHead, GraftedNetwork, fitted_head, usual_length
    from regraft.finetuning.optimizers import create_optimizer
    from regraft.finetuning.parameter_groups import ParameterGroup, discriminative_groups, own_groups, rates_table
    from regraft.finetuning.schedules import rate_factor
    from regraft.finetuning.stopping import StopRequest, stop_requests
    from regraft.finetuning.task import Epoch, Task, Trained
    from regraft.finetuning.views import FreshViews, KeptViews, Views

_ROOMS = {
    "ActivationFeed": "feeds",
    "CheckpointFolder": "checkpoints",
    "Epoch": "task",
    "Feed": "feeds",
    "FreshViews": "views",
    "GraftedHead": "network",
    "GraftedNetwork": "network",
    "HAS_COMPILED_GRADIENT": "compiled_gradient",
    "Journal": "journal",
    "KeptViews": "views",
    "ParameterGroup": "parameter_groups",
    "PixelFeed": "feeds",
    "Restored": "checkpoints",
    "StopRequest": "stopping",
    "Task": "task",
    "Trained": "task",
    "Training": "loop",
    "Views": "views",
    "World": "devices",
    "create_loss": "losses",
    "create_optimizer": "optimizers",
    "discriminative_groups": "parameter_groups",
    "fitted_head": "network",
    "is_leader": "devices",
    "join_world": "devices",
    "kept_pages": "memory",
    "network_scores": "inference",
    "rate_factor": "schedules",
    "own_groups": "parameter_groups",
    "rates_table": "parameter_groups",
    "read_journal": "journal",
    "seconds_an_image": "estimates",
    "stop_requests": "stopping",
    "usual_length": "network",
}

__all__ = [
    "HAS_COMPILED_GRADIENT",
    "ActivationFeed",
    "CheckpointFolder",
    "Epoch",
    "Feed",
    "FreshViews",
    "GraftedHead",
    "GraftedNetwork",
    "Journal",
    "KeptViews",
    "ParameterGroup",
    "PixelFeed",
    "Restored",
    "SharedOptions",
    "StopRequest",
    "Task",
    "Trained",
    "Training",
    "TrainingOptions",
    "Views",
    "World",
    "create_loss",
    "create_optimizer",
    "discriminative_groups",
    "fitted_head",
    "is_leader",
    "join_world",
    "kept_pages",
    "network_scores",
    "own_groups",
    "rate_factor",
    "rates_table",
    "read_journal",
    "seconds_an_image",
    "stop_requests",
    "usual_length",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'regraft.finetuning' has no attribute {name!r}")
    return getattr(importlib.import_module(f"regraft.finetuning.{_ROOMS[name]}"), name)

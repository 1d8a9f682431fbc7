from .checkpoints import CheckpointFolder, Restored
from .compiled_gradient import HAS_COMPILED_GRADIENT
from .devices import World, join_world
from .estimates import seconds_an_image
from .feeds import ActivationFeed, Feed, PixelFeed
from .inference import network_scores
from .journal import Journal, read_journal
from .loop import Training
from .losses import create_loss
from .memory import kept_pages
from .network import GraftedHead, GraftedNetwork, fitted_head, usual_length
from .optimizers import create_optimizer
from .options import SharedOptions, TrainingOptions
from .parameter_groups import ParameterGroup, discriminative_groups, own_groups, rates_table
from .schedules import rate_factor
from .stopping import StopRequest, stop_requests
from .task import Task, Trained
from .views import FreshViews, KeptViews, Views

__all__ = [
    "HAS_COMPILED_GRADIENT",
    "ActivationFeed",
    "CheckpointFolder",
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

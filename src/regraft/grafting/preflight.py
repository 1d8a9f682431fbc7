"""What would end a training is found out before any image is read: a missing stage, optimizer, kind of block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.backbones import keep_weights, load_network, stage_names
from regraft.core import OptionError, cache_folder
from regraft.finetuning import ParameterGroup, create_loss, create_optimizer
from regraft.grafting.boundary import find_stage, keeps_statistics
from regraft.grafting.train_options import TrainOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from regraft.backbones import BackboneSpec
    from regraft.features import JoinedNetworks
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.train_options import TuningOptions


def checking_one(check: Callable[[BackboneSpec], None]) -> Callable[[JoinedNetworks], None]:
    """A check of the one network that is trained.

    Args:
        check: Raises where it cannot be trained. Several networks cannot be, either.
    """

    def checked(networks: JoinedNetworks) -> None:
        if len(networks.parts) > 1:
            raise OptionError(
                f"--backbone names {len(networks.parts)} networks ({networks.name}), and one is trained. Train one, "
                "then join its run's folder with the others: regraft probe DATA --backbone RUN+NETWORK"
            )
        check(networks.only.spec)

    return checked


def checking_each(check: Callable[[BackboneSpec], None]) -> Callable[[JoinedNetworks], None]:
    """A check of several networks, any of which may be the one that is trained.

    Args:
        check: Raises where one cannot be trained.
    """

    def checked(networks: JoinedNetworks) -> None:
        for part in networks.parts:
            check(part.spec)

    return checked


def check_training(options: TuningOptions, spec: BackboneSpec, n_classes: int) -> None:
    """See that the network can be trained as the options say.

    Args:
        options: How.
        spec: Its record.
        n_classes: Of the data set.

    Raises:
        OptionError: A ladder has nothing to begin with; the network has nothing that --drop-path could leave out; there
            is no such optimizer or loss; batch norm would have to do with single images.
        BackboneError: There is no such stage.
    """
    if isinstance(options, TrainOptions) and spec.is_untrained:
        raise OptionError(f"{spec.name} has no learnt weights that a probe could use: train it with pretrain.")
    check_knobs(options.at(options.rates[0]) if isinstance(options, TrainOptions) else options, n_classes)
    weights, _digest = keep_weights(spec, cache_folder() / "weights")
    network = load_network(spec, weights, drop_path=options.drop_path)
    if options.from_stage != "auto" and not spec.is_untrained:
        find_stage(stage_names(network), options.from_stage, spec)
    if options.batch_size == 1 and not keeps_statistics(options, spec):
        _check_single_images(network, spec)


def check_knobs(options: FinetuneOptions, n_classes: int) -> None:
    """See that there are such an optimizer and loss.

    Raises:
        OptionError: There are not.
    """
    create_loss(options, n_classes, np.ones(n_classes, np.int64))
    parameters = (torch.nn.Parameter(torch.zeros(2, 2)),)
    create_optimizer([ParameterGroup("head", parameters, options.learning_rate, options.weight_decay)], options)


def _check_single_images(network: nn.Module, spec: BackboneSpec) -> None:
    """Batch norm over a map of one position has a single value of a single image, and no deviation."""
    try:
        with torch.no_grad():
            network.train()(torch.zeros(1, spec.n_channels, spec.image_size, spec.image_size))
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise OptionError(
            f"--batch-size 1 gives the batch norm of {spec.name} one value of each channel, of which there are no "
            "statistics. Use --batch-size 2 or more, or --batch-norm frozen."
        ) from error

"""train_image_classifier: TF-Slim's flags to probe, finetune or pretrain."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, shell_quoted
from regraft.recipes import (
    FinetuneOptions,
    PretrainOptions,
    ProbeOptions,
    command_line,
    finetune,
    pretrain,
    probe,
)
from regraft.slim.directories import begun_otherwise, data_source, is_done, run_settings, split_name
from regraft.slim.flags import told
from regraft.slim.knobs import length_settings, optimizer_settings, schedule_settings
from regraft.slim.models import find_model, preprocessing_family
from regraft.slim.scopes import check_excluded, first_trained_stage
from regraft.slim.starting_weights import PRETRAINED, weights_settings
from regraft.slim.train_flags import TRAIN_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.core import Progress
    from regraft.recipes import FinetuneResult, ProbeResult
    from regraft.slim.flags import Given
    from regraft.slim.models import Model

_CONVEX = (
    "Only the classifier is trained: a convex problem, solved to its optimum. Learning rate, optimizer, steps and "
    "batch size are not needed; the body is truly frozen, batch norm too, which TF-Slim's was not."
)


@dataclass(frozen=True)
class Plan:
    """What a command line means here.

    Attributes:
        source: The data set.
        options: Of the native verb.
        sentences: What is done otherwise than in TF-Slim.
    """

    source: str
    options: ProbeOptions | FinetuneOptions
    sentences: tuple[str, ...]

    @property
    def command(self) -> str:
        """The native command line."""
        where = " ".join(map(shell_quoted, ("--runs", str(self.options.runs), "--name", str(self.options.name))))
        return f"{command_line(self.options, self.source)} {where}"


def plan_training(given: Given) -> Plan:
    """Translate.

    Raises:
        OptionError: A flag has a value that TF-Slim would not have taken, or that means nothing here.
        BackboneError: A scope is unknown.
    """
    model = find_model(given.required("model_name"))
    source = _training_source(given)
    check_excluded(model, given.names("checkpoint_exclude_scopes"))
    said = [*told(given, TRAIN_FLAGS), *filter(None, [model.sentence])]
    settings = run_settings(given.path("train_dir") or Path(f"runs/{model.name}-{given.text('dataset_name')}"))
    settings |= _inputs(given)
    checkpoint = given.text("checkpoint_path")
    if not checkpoint:
        _check_scopes(given, model)
        knobs, sentences = _knobs(given, model)
        settings |= {"backbone": model.backbone} | knobs
        return Plan(source, PretrainOptions.of(None, settings), (*said, *sentences))
    stage, sentences = first_trained_stage(model, given.names("trainable_scopes"))
    weights, about_weights = weights_settings(checkpoint, model)
    settings, said = settings | weights, said + about_weights
    if stage is None:
        return Plan(source, ProbeOptions.of(None, settings), (*said, _CONVEX))
    knobs, more = _knobs(given, model)
    settings |= {"from_stage": stage} | knobs
    return Plan(source, FinetuneOptions.of(None, settings), (*said, *sentences, *more))


def train(given: Given, progress: Progress, say: Callable[[str], None]) -> ProbeResult | FinetuneResult | None:
    """Train as TF-Slim's command line says; None where that was done before."""
    plan = plan_training(given)
    for sentence in plan.sentences:
        say(f"Note: {sentence}")
    say(f"The same, natively: {plan.command}")
    folder = plan.options.runs / str(plan.options.name)
    for sentence in begun_otherwise(folder, plan.options):
        say(f"Note: {sentence}")
    if is_done(folder, plan.options):
        say(f"{folder} is finished already: nothing was done.")
        return None
    if isinstance(plan.options, PretrainOptions):
        return pretrain(plan.source, plan.options, progress=progress)
    if isinstance(plan.options, FinetuneOptions):
        return finetune(plan.source, plan.options, progress=progress)
    return probe(plan.source, plan.options, progress=progress)


def _check_scopes(given: Given, model: Model) -> None:
    """Scopes mean something only where there are weights."""
    if given.names("trainable_scopes"):
        hint = "" if model.is_drawn else f" For the published weights: --checkpoint_path={PRETRAINED}."
        raise OptionError(
            f"--trainable_scopes={given.text('trainable_scopes')} without --checkpoint_path: what lies before these "
            f"scopes would stay at random. To train everything from nothing, leave the flag out.{hint}"
        )


def _training_source(given: Given) -> str:
    if split_name(given) != "train":
        raise OptionError(
            "Training uses the split called train: name a folder with the images you mean, or a table with a split "
            "column."
        )
    return data_source(given)


def _inputs(given: Given) -> dict[str, Any]:
    """How pictures become inputs, and where."""
    settings: dict[str, Any] = {"device": "cpu"} if given.values["clone_on_cpu"] else {}
    if given.is_given("preprocessing_name") and given.text("preprocessing_name"):
        settings["preprocessing"] = preprocessing_family(given.required("preprocessing_name"))
    if given.is_given("train_image_size"):
        settings["image_size"] = given.integer("train_image_size")
    return settings


def _knobs(given: Given, model: Model) -> tuple[dict[str, Any], list[str]]:
    """How a network is trained, and what has to be said about it."""
    settings: dict[str, Any] = {}
    said: list[str] = []
    for part in (optimizer_settings, schedule_settings, length_settings):
        more, sentences = part(given)
        settings |= more
        said += sentences
    if model.policy is not None and not given.is_given("preprocessing_name"):
        settings["augmentation"] = model.policy
    return settings, said

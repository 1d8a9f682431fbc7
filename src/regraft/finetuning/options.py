"""The knobs of a training: what each does, and when to turn it. No torch here: `regraft --help` reads this."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regraft.core import Options, decides, names_code, needs_extra, placed, same_work, suits_some


class OptimizerOptions(Options):
    """How weights follow their gradients."""

    layer_decay: float = Field(
        0.8,
        gt=0,
        le=1,
        description="Each stage further from the head learns at this part of the next one's rate. Lower it on few "
        "images, 1 gives all stages one rate.",
        json_schema_extra=placed("training", 52) | decides("learning"),
    )
    optimizer: str = Field(
        "adamw",
        description="adamw, sgd (Nesterov momentum; needs ten to a hundred times the learning rate), adam, rmsprop, "
        "adagrad, adadelta, ftrl, or another name from torch.optim or timm.",
        json_schema_extra=placed("training", 50) | decides("learning"),
    )
    weight_decay: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Pull of all weights but norms and biases towards 0. More where it overfits.",
        json_schema_extra=placed("training", 53) | decides("learning"),
    )
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="Memory of sgd and rmsprop; the first beta of the Adams.",
        json_schema_extra=placed("expert", 50) | decides("learning"),
    )
    epsilon: float | None = Field(
        None,
        gt=0,
        description="Added to the denominator of adaptive optimizers; by default their own.",
        json_schema_extra=placed("expert", 51) | decides("learning"),
    )
    optimizer_settings: tuple[str, ...] = Field(
        (),
        description="Further settings of the optimizer as NAME=NUMBER, by torch's or timm's names: alpha=0.9 of "
        "rmsprop, rho=0.95 of adadelta, beta2=0.99 of the Adams.",
        json_schema_extra=placed("expert", 52) | decides("learning"),
    )
    groups: str | None = Field(
        None,
        description="Your own parameter groups: module:function or FILE.py:function, called with the network and its "
        "head as one module, giving a list of dicts: name, params, learning_rate and, if wanted, weight_decay.",
        json_schema_extra=placed("expert", 53) | decides("learning") | names_code(3),
    )
    clip_norm: float | None = Field(
        1.0,
        gt=0,
        description="Gradients longer than this are shortened to it. Lower it where the loss jumps.",
        json_schema_extra=placed("expert", 54) | decides("learning"),
    )


class RateOptions(Options):
    """How far a step goes."""

    learning_rate: float = Field(
        3e-4,
        gt=0,
        le=100,
        description="Peak learning rate of the last stage. Lower it where training loss jumps or validation gets worse "
        "from the first epoch on; raise it where the loss hardly falls.",
        json_schema_extra=placed("training", 30) | decides("learning"),
    )
    head_learning_rate: float | None = Field(
        None,
        gt=0,
        le=100,
        description="Peak learning rate of the head; by default three times the last stage's.",
        json_schema_extra=placed("training", 31) | decides("learning"),
    )


class ScheduleOptions(Options):
    """How learning rates change over the steps."""

    schedule: Literal["cosine", "one-cycle", "fixed", "step", "exponential", "polynomial"] = Field(
        "cosine",
        description="From the peak down: cosine (the usual), one-cycle (a longer warm-up from 1/25, down to nothing), "
        "step and exponential (by --decay-factor every --decay-epochs), polynomial (by --power), or fixed.",
        json_schema_extra=placed("training", 51) | decides("learning"),
    )
    warmup: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Part of the steps over which rates grow from 0. More where the start is rough.",
        json_schema_extra=placed("expert", 60) | decides("learning"),
    )
    final_fraction: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Part of the peak rate at which cosine and polynomial end.",
        json_schema_extra=placed("expert", 61) | decides("learning"),
    )
    decay_factor: float = Field(
        0.1,
        gt=0,
        le=1,
        description="Of step and exponential schedules.",
        json_schema_extra=placed("expert", 62) | decides("learning"),
    )
    decay_epochs: float = Field(
        3.0,
        gt=0,
        description="Epochs between two decays of step; of exponential, too.",
        json_schema_extra=placed("expert", 63) | decides("learning"),
    )
    power: float = Field(
        1.0,
        gt=0,
        le=10,
        description="Of the polynomial schedule; 1 is a straight line.",
        json_schema_extra=placed("expert", 64) | decides("learning"),
    )


class RegularisationOptions(Options):
    """What is learnt from each image, and what keeps a network from learning it by heart."""

    dropout: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Part of the features that the head does not see in a step. More on few images.",
        json_schema_extra=placed("training", 60) | decides("learning"),
    )
    drop_path: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Largest chance that a residual block is left out; .1 to .3 for large networks.",
        json_schema_extra=placed("training", 61) | decides("network") | suits_some(),
    )
    label_smoothing: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Part of the target spread over all classes. 0 where labels are sure and rare.",
        json_schema_extra=placed("training", 62) | decides("learning"),
    )
    loss: str = Field(
        "cross-entropy",
        description="cross-entropy, focal (hard images count more: rare classes), or your own code as module:function "
        "or FILE.py:function, called with scores (n, k) and targets, giving a scalar tensor.",
        json_schema_extra=placed("training", 70) | decides("learning") | names_code(2),
    )
    focal_gamma: float = Field(
        2.0,
        ge=0,
        le=10,
        description="How much less the focal loss minds easy images.",
        json_schema_extra=placed("expert", 70) | decides("learning"),
    )
    mixup: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Alpha of mixup: pairs of images are blended. .2 from about 20,000 images on.",
        json_schema_extra=placed("training", 63) | decides("learning"),
    )
    cutmix: float = Field(
        0.0,
        ge=0,
        le=10,
        description="Alpha of cutmix: a box of one image in another; as mixup.",
        json_schema_extra=placed("training", 64) | decides("learning"),
    )
    ema: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Average the weights over the steps with this decay (.99 to .9999), use those.",
        json_schema_extra=placed("training", 65) | decides("learning"),
    )


class DurationOptions(Options):
    """How long."""

    epochs: int = Field(
        10,
        ge=1,
        le=100_000,
        description="Passes over the training images.",
        json_schema_extra=placed("training", 25) | decides("length"),
    )
    steps: int | None = Field(
        None,
        ge=1,
        description="Steps of the optimizer, instead of epochs.",
        json_schema_extra=placed("expert", 55) | decides("length"),
    )
    batch_size: int = Field(
        32,
        ge=1,
        le=65536,
        description="Images of a batch. Smaller where memory is short; change rates along with it.",
        json_schema_extra=placed("training", 26) | decides("learning") | suits_some(),
    )
    accumulate: int = Field(
        1,
        ge=1,
        le=1024,
        description="Batches whose gradients make one step: a large batch in little memory.",
        json_schema_extra=placed("expert", 56) | decides("learning"),
    )

    @property
    def images_a_step(self) -> int:
        """Images of an update of the weights."""
        return self.batch_size * self.accumulate

    def steps_an_epoch(self, n_images: int) -> int:
        """Updates in a pass over so many training images."""
        return -(-n_images // self.images_a_step)

    def n_steps(self, n_images: int) -> int:
        """Updates of the whole training."""
        return self.steps or self.epochs * self.steps_an_epoch(n_images)

    def n_seen(self, n_images: int) -> int:
        """Images of all epochs together."""
        return self.epochs * n_images if self.steps is None else self.steps * self.images_a_step

    def n_epochs(self, n_images: int) -> int:
        """Epochs that are begun."""
        return -(-self.n_steps(n_images) // self.steps_an_epoch(n_images))


class StoppingOptions(Options):
    """When it ends early."""

    patience: int | None = Field(
        None,
        ge=1,
        description="Stop when so many epochs have not improved the validation loss.",
        json_schema_extra=placed("training", 27) | decides("learning"),
    )


class ToolOptions(Options):
    """How it is computed, and what is written down of it."""

    compile: bool = Field(
        default=False,
        description="Compile the network with torch.compile first: a minute that pays on GPUs; no gain on CPUs.",
        json_schema_extra=placed("expert", 80) | decides("computing"),
    )
    histograms: bool = Field(
        default=False,
        description="Show in TensorBoard, after each epoch, how each layer's weights and each stage's activations are "
        "distributed, and their share of zeros.",
        json_schema_extra=placed("expert", 81) | decides("record") | needs_extra("tensorboard"),
    )
    checkpoint_every: float = Field(
        10.0,
        ge=0,
        description="Seconds between two checkpoints at least. More where they are slow to write; they never take more "
        "than a fiftieth of the time.",
        json_schema_extra=placed("expert", 82) | decides("record") | same_work(),
    )


class SharedOptions(ToolOptions, DurationOptions, RegularisationOptions, ScheduleOptions, OptimizerOptions):
    """All knobs that several trainings can have in common; `class_weight` comes from the options of the experiment."""


class TrainingOptions(StoppingOptions, RateOptions, SharedOptions):
    """All knobs of one training."""

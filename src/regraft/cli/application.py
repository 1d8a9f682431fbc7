"""The command `regraft`: its verbs, and what happens to errors and interruptions.

A verb's module is imported when the verb is used, so that `regraft --help` answers at once.
"""

from __future__ import annotations

import errno
import signal
import sys
import traceback
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from cyclopts import App, CycloptsError, Parameter

from regraft.cli.arguments import prepare
from regraft.cli.output import open_console, say
from regraft.cli.streams import is_reader_gone, output_failure, prepare_streams
from regraft.core import InterruptedRunError, OptionError, RegraftError, StoreError

if TYPE_CHECKING:
    from types import FrameType


@dataclass(frozen=True)
class Verb:
    """One verb: what `regraft --help` says of it, and examples for `regraft VERB --help`."""

    summary: str
    examples: tuple[str, ...]


VERBS = {
    "scan": Verb("List and count the images of a data set, and say what is wrong with it.", ("regraft scan photos",)),
    "probe": Verb(
        "Train a linear classifier on features of a pretrained network, and measure it.",
        (
            "regraft probe photos",
            "regraft probe photos --head svm --resize crop",
            r"regraft probe signs --group-by '(\d+)/(\d+)_'",
            "regraft probe labels.csv --backbone resnet50.a1_in1k --checkpoint resnet50.safetensors",
        ),
    ),
    "finetune": Verb(
        "Train a pretrained network on, from a fitted linear head, and measure it.",
        (
            "regraft finetune photos",
            "regraft finetune photos --augmentation flips --budget 20",
            "regraft finetune signs --augmentation crop --from-stage 5 --epochs 20",
            "regraft finetune photos --optimizer sgd --learning-rate 0.01 --schedule one-cycle --ema 0.999",
            "torchrun --nproc-per-node 2 -m regraft finetune photos --from-stage 1",
        ),
    ),
    "pretrain": Verb(
        "Train a network from scratch: a small one, any of timm's, or your own.",
        (
            "regraft pretrain digits --backbone lenet --augmentation crop",
            "regraft pretrain photos --model my_network.py:network --epochs 100",
            "regraft probe signs --backbone runs/digits-pretrain",
        ),
    ),
    "new": Verb("Write a commented file to begin with: a network of your own.", ("regraft new model my_network.py",)),
    "train": Verb(
        "Probe, then fine-tune only if it is worth it, with the evidence.",
        (
            "regraft train photos",
            "regraft train photos --augmentation flips --budget 60",
            "regraft train signs --augmentation crop --rates 0.0003 0.001",
        ),
    ),
    "sweep": Verb(
        "Search for good options of finetune, judged by folds of the training images.",
        (
            "regraft sweep photos",
            "regraft sweep photos --over learning_rate=1e-4..1e-2 dropout=0,0.2,0.5 optimizer=adamw,sgd --trials 40",
            "regraft sweep photos --over epochs=3..10 augmentation=crop-flip,flips --from-stage 6 --jobs 2",
        ),
    ),
    "compare": Verb(
        "Compare networks and heads on one data set, and say which differences are more than chance.",
        (
            "regraft compare photos",
            "regraft compare photos --backbones efficientnet-lite0 efficientnet-lite2 --heads softmax",
        ),
    ),
    "evaluate": Verb(
        "Measure a saved classifier on labelled images.", ("regraft evaluate runs/photos-probe more-photos",)
    ),
    "predict": Verb(
        "Classify images with a saved classifier.",
        (
            "regraft predict runs/photos-probe new.jpg",
            "regraft predict runs/photos-probe folder --format csv > answers.csv",
            "find . -name '*.jpg' | regraft predict runs/photos-probe - --format json",
        ),
    ),
    "embed": Verb(
        "Write the features of images to a Parquet or npy file.",
        ("regraft embed photos --out features.parquet", "regraft embed photos --layer stage3 --out features.npy"),
    ),
    "backbones": Verb("List the pretrained networks.", ("regraft backbones",)),
    "datasets": Verb(
        "List the data sets that are known by name, fetch one, or write any data set in another format.",
        (
            "regraft datasets list",
            "regraft datasets show flowers",
            "regraft datasets get flowers",
            "regraft datasets get belgium-signs --folder data/signs",
            "regraft datasets get imagenet --archives ~/downloads",
            "regraft datasets convert photos --to tfrecord --out photos-tfrecord",
            "regraft datasets convert photos-tfrecord --to folder --out photos-again",
        ),
    ),
    "slim": Verb(
        "TF-Slim's command lines: its programs and flags, on these verbs.",
        (
            "regraft slim train_image_classifier --help",
            "regraft slim train_image_classifier --train_dir=runs/flowers --dataset_dir=flowers "
            "--model_name=inception_v3 --checkpoint_path=inception_v3.ckpt --trainable_scopes=InceptionV3/Logits",
            "regraft slim eval_image_classifier --checkpoint_path=runs/flowers --dataset_dir=flowers "
            "--dataset_split_name=validation",
        ),
    ),
    "cache": Verb(
        "Look at, verify or clear the features that are kept.",
        ("regraft cache info", "regraft cache verify", "regraft cache clear"),
    ),
    "check": Verb("Replay a saved classifier's golden inputs.", ("regraft check runs/photos-probe",)),
    "demo": Verb("Run the main job on real images: defects of solar cells.", ("regraft demo",)),
    "doctor": Verb("Say what this machine offers, and which engine is used and why.", ("regraft doctor",)),
}


def build_app() -> App:
    """The command line, with all verbs registered but none imported."""
    app = App(
        name="regraft",
        help="A folder of labelled images in, a measured classifier out.",
        help_epilogue="Begin with: regraft demo. Every verb explains itself: regraft probe --help. "
        "Add --debug to see where an error comes from.",
        version=lambda: version("regraft"),
        help_format="plaintext",
        console=open_console(),
        default_parameter=Parameter(consume_multiple=True, negative_iterable=()),
    )
    for name, verb in VERBS.items():
        app.command(
            f"regraft.cli.verbs.{name}:{name}",
            name=name,
            help=verb.summary,
            help_epilogue="\n".join(["Examples:", *(f"  {example}" for example in verb.examples)]),
        )
    return app


def main() -> NoReturn:
    """Run the command line; the exit code tells the kind of error (`regraft.core.errors`)."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    signal.signal(signal.SIGTERM, _interrupt)
    prepare_streams()
    exit_code = run([argument for argument in arguments if argument != "--debug"], debug=debug)
    sys.exit(_checked_output(exit_code))


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.
        debug: Show tracebacks.

    Returns:
        The exit code.
    """
    try:
        build_app()(prepare(arguments), exit_on_error=False, print_error=False, result_action="return_value")
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - no traceback reaches a user
        if debug:
            say(traceback.format_exc(), aside=True)
        message, exit_code = _explained(error)
        say(f"regraft: {message}", aside=True)
        return exit_code
    return 0


def _checked_output(exit_code: int) -> int:
    """The exit code, after all that was printed has reached its reader, or has not."""
    failure = output_failure()
    if failure is None or is_reader_gone(failure):
        return exit_code
    reason = "it is closed" if failure.errno == errno.EBADF else failure.strerror
    say(
        f"regraft: Standard output cannot be written to ({reason}): some of what was printed is lost. What "
        "was finished is kept; run the command again with another place for its output to read it.",
        aside=True,
    )
    return exit_code or StoreError.exit_code


def _explained(error: BaseException) -> tuple[str, int]:
    """A sentence for the user, and the exit code."""
    match error:
        case RegraftError():
            return str(error), error.exit_code
        case CycloptsError():
            return _explained_option(error), OptionError.exit_code
        case KeyboardInterrupt():
            return "Stopped.", InterruptedRunError.exit_code
        case OSError():  # a full disk, a forbidden folder
            return f"A file cannot be read or written: {error}. What was finished is kept.", StoreError.exit_code
    return (
        f"Something went wrong that Regraft did not foresee ({type(error).__name__}: {error}). Run the command again "
        "with --debug and report what it prints.",
        RegraftError.exit_code,
    )


def _explained_option(error: CycloptsError) -> str:
    from pydantic import ValidationError

    from regraft.core import explain_validation

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ValidationError):
            return explain_validation(cause)
        cause = cause.__cause__ or cause.__context__
    return f"{error}".strip() + " See: regraft --help"


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

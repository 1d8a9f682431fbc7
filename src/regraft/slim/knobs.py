"""Optimizers, learning rates and lengths of a training: TF-Slim's words to the native options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.core import OptionError

if TYPE_CHECKING:
    from regraft.slim.flags import Given

Settings = dict[str, Any]

_SCHEDULES = {"fixed": "fixed", "exponential": "step", "polynomial": "polynomial"}


def optimizer_settings(given: Given) -> tuple[Settings, list[str]]:
    """The options that an optimizer of TF-Slim's means, and what has to be said about it.

    Raises:
        OptionError: TF-Slim had no such optimizer.
    """
    name = given.text("optimizer") or ""
    epsilon = given.number("opt_epsilon")
    settings: Settings = {"weight_decay": given.number("weight_decay")}
    said: list[str] = []
    match name:
        case "rmsprop":
            settings |= {"optimizer": "rmsproptf", "momentum": given.number("rmsprop_momentum"), "epsilon": epsilon}
            settings["optimizer_settings"] = (f"alpha={given.number('rmsprop_decay'):g}",)
        case "momentum":
            settings |= {"optimizer": "sgd", "momentum": given.number("momentum")}
            said.append("The momentum is Nesterov's here.")
        case "sgd":
            settings |= {"optimizer": "sgd", "momentum": 0.0}
        case "adam":
            settings |= {"optimizer": "adam", "momentum": given.number("adam_beta1")}
            settings["optimizer_settings"] = (f"beta2={given.number('adam_beta2'):g}",)
            said += _epsilon(given, settings, "adam", 1e-8)
        case "adadelta":
            settings |= {"optimizer": "adadelta"}
            settings["optimizer_settings"] = (f"rho={given.number('adadelta_rho'):g}",)
            said += _epsilon(given, settings, "adadelta", 1e-6)
        case "adagrad":
            start = given.number("adagrad_initial_accumulator_value")
            settings |= {"optimizer": "adagrad", "optimizer_settings": (f"initial_accumulator_value={start:g}",)}
        case "ftrl":
            start = given.number("ftrl_initial_accumulator_value")
            further = (f"initial_accumulator={start:g}", f"l1={given.number('ftrl_l1'):g}")
            settings |= {"optimizer": "ftrl", "optimizer_settings": (*further, f"l2={given.number('ftrl_l2'):g}")}
        case _:
            raise OptionError(
                f"--optimizer={name}: TF-Slim had adadelta, adagrad, adam, ftrl, momentum, sgd and rmsprop. The native "
                "verb (regraft finetune --optimizer) has more."
            )
    return settings, said


def _epsilon(given: Given, settings: Settings, name: str, usual: float) -> list[str]:
    """TF-Slim's default of 1 was tuned for RMSProp and makes steps of other optimizers tiny."""
    epsilon = given.number("opt_epsilon")
    if given.is_given("opt_epsilon"):
        settings["epsilon"] = epsilon
        return (
            [f"--opt_epsilon={epsilon:g} makes the steps of {name} very small: {usual:g} is usual."]
            if epsilon > 1e-2
            else []
        )
    return [
        f"TF-Slim's default --opt_epsilon=1 was meant for rmsprop and cripples {name}: {usual:g} is used. Give the "
        "flag to have it."
    ]


def schedule_settings(given: Given) -> tuple[Settings, list[str]]:
    """The options that TF-Slim's learning rate means, and what has to be said about it.

    Raises:
        OptionError: TF-Slim had no such decay.
    """
    kind = given.text("learning_rate_decay_type") or ""
    if kind not in _SCHEDULES:
        raise OptionError(f"--learning_rate_decay_type={kind}: TF-Slim had {', '.join(_SCHEDULES)}.")
    rate = given.number("learning_rate")
    settings: Settings = {
        "learning_rate": rate,
        "head_learning_rate": rate,
        "layer_decay": 1.0,
        "schedule": _SCHEDULES[kind],
        "warmup": 0.0,
    }
    said: list[str] = []
    if kind == "exponential":
        settings["decay_factor"] = given.number("learning_rate_decay_factor")
        settings["decay_epochs"] = given.number("num_epochs_per_decay")
    if kind == "polynomial":
        settings["final_fraction"] = min(1.0, given.number("end_learning_rate") / rate)
        said.append(
            "A polynomial decay ended after --num_epochs_per_decay (2) epochs in TF-Slim, and the rest was trained at "
            "--end_learning_rate. Here it runs over the whole training."
        )
    return settings, said


def length_settings(given: Given) -> tuple[Settings, list[str]]:
    """Steps, batch size, averages, smoothing, and what has to be said about them."""
    settings: Settings = {
        "batch_size": given.integer("batch_size"),
        "label_smoothing": given.number("label_smoothing"),
        "ema": given.values["moving_average_decay"],
    }
    if given.is_given("save_interval_secs"):
        settings["checkpoint_every"] = given.number("save_interval_secs")
    steps = given.integer("max_number_of_steps")
    if steps is not None:
        return settings | {"steps": steps}, []
    said = (
        "TF-Slim would train until it was killed. Here the training ends by itself; say --max_number_of_steps for "
        "another length."
    )
    return settings, [said]

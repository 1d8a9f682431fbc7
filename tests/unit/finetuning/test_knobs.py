"""Optimizers, rates, losses, mixing, averaging: each knob does what its description says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from regraft.core import OptionError, TrainingError
from regraft.finetuning import TrainingOptions, create_loss, discriminative_groups, rate_factor, rates_table
from regraft.finetuning.averaging import AveragedNetwork
from regraft.finetuning.mixing import mix_batch
from regraft.finetuning.optimizers import create_optimizer


def options(**settings):
    return TrainingOptions.of(None, settings)


@pytest.fixture
def layers():
    """Two stages and a head."""
    torch.manual_seed(0)
    return nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)


def groups_of(layers, chosen):
    first, second, head = layers
    stages = [("stage1", list(first.named_parameters())), ("stage2", list(second.named_parameters()))]
    return discriminative_groups(stages, head, chosen)


def test_rates_shrink_with_the_distance_from_the_head(layers):
    """Head, last stage, first stage; norms and biases are not pulled to 0; every parameter is there once."""
    groups = groups_of(layers, options(learning_rate=1e-3, layer_decay=0.5, weight_decay=0.1))
    rates = {group.name: group.learning_rate for group in groups}
    assert rates == pytest.approx({"head": 3e-3, "stage2": 1e-3, "stage1": 5e-4})
    for group in groups:
        for parameter in group.parameters:
            assert group.weight_decay == (0.1 if parameter.dim() > 1 else 0)
    seen = [id(parameter) for group in groups for parameter in group.parameters]
    assert sorted(seen) == sorted(id(parameter) for layer in layers for parameter in layer.parameters())


def test_the_table_has_a_line_for_each_stage(layers):
    """Its peak rate and its parameters, the head first."""
    lines = rates_table(groups_of(layers, options(learning_rate=1e-3, layer_decay=0.5))).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["head", "0.003", "15"],
        ["stage2", "0.001", "20"],
        ["stage1", "0.0005", "20"],
    ]


NAMES = ["adamw", "sgd", "adam", "rmsprop", "adagrad", "adadelta", "ftrl", "nadam", "lamb"]


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_makes_the_loss_fall(name, layers):
    """Those with a name of ours, one of torch and one of timm."""
    first, second, head = layers
    network = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), head)
    rate = {"adadelta": 1.0, "sgd": 0.05, "ftrl": 0.05, "adagrad": 0.05, "lamb": 0.05}.get(name, 5e-3)
    optimizer = create_optimizer(groups_of(layers, chosen := options(optimizer=name, learning_rate=rate)), chosen)
    inputs = torch.randn(60, 4, generator=torch.Generator().manual_seed(1))
    targets = inputs[:, :3].argmax(1)
    losses = []
    for _ in range(60):
        loss = nn.functional.cross_entropy(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]


def test_an_unknown_optimizer_has_a_suggestion(layers):
    """The message names what it might have been."""
    with pytest.raises(OptionError, match="Did you mean adam"):
        create_optimizer(groups_of(layers, options()), options(optimizer="adamv"))


@pytest.mark.parametrize(
    ("name", "given", "known"),
    [
        ("rmsprop", "alpha=0.9", {"alpha": 0.9}),
        ("rmsproptf", "alpha=0.8", {"alpha": 0.8, "eps": 0.5}),
        ("adadelta", "rho = 0.95", {"rho": 0.95}),
        ("adam", "beta2=0.95", {"betas": (0.9, 0.95)}),
        ("ftrl", "l1=0.01", {"l1": 0.01}),
    ],
)
def test_an_optimizer_gets_its_further_settings(layers, name, given, known):
    """Settings go to the optimizer by its own names, also to timm's; epsilon has an option."""
    chosen = options(optimizer=name, optimizer_settings=(given,), epsilon=0.5)
    optimizer = create_optimizer(groups_of(layers, chosen), chosen)
    assert {key: optimizer.param_groups[0][key] for key in known} == known


@pytest.mark.parametrize(
    ("given", "why"),
    [("rho", "NAME=NUMBER"), ("rho=high", "NAME=NUMBER"), ("eps=1", "set by --epsilon"), ("rho=1", "cannot be used")],
)
def test_wrong_settings_of_an_optimizer_are_named(layers, given, why):
    """A setting that is no number, has an option of its own or is unknown to the optimizer."""
    chosen = options(optimizer="adagrad", optimizer_settings=(given,))
    with pytest.raises(OptionError, match=why):
        create_optimizer(groups_of(layers, chosen), chosen)


def test_ftrl_takes_the_steps_of_the_paper():
    """From 0, and along a constant rate, weights are those of algorithm 1 computed with z and n."""
    weight = nn.Parameter(torch.zeros(1))
    optimizer = create_optimizer_of(weight, rate := 0.5)
    z, n, w = 0.0, 0.1, 0.0
    for gradient in (1.0, -0.5, 2.0):
        weight.grad = torch.tensor([gradient])
        optimizer.step()
        z += gradient - (math.sqrt(n + gradient**2) - math.sqrt(n)) / rate * w
        n += gradient**2
        w = -z / (math.sqrt(n) / rate)
        assert float(weight.detach()) == pytest.approx(w, rel=1e-5)


def create_optimizer_of(weight, rate):
    from regraft.finetuning.ftrl import Ftrl

    return Ftrl([weight], lr=rate)


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle", "fixed", "step", "exponential", "polynomial"])
def test_schedules_rise_to_the_peak_and_never_above(schedule):
    """All parts of the peak; the warm-up rises; what follows does not."""
    chosen = options(schedule=schedule, warmup=0.1, decay_epochs=2.0)
    factors = [rate_factor(step, 100, 10, chosen) for step in range(100)]
    peak = int(np.argmax(factors))
    assert max(factors) == pytest.approx(1, abs=1e-3)
    assert all(0 <= factor <= 1 for factor in factors)
    assert np.all(np.diff(factors[: peak + 1]) > 0)
    assert np.all(np.diff(factors[peak:]) <= 1e-12)
    ends = {"cosine": 0, "one-cycle": 0, "fixed": 1, "polynomial": 0}
    assert factors[-1] == pytest.approx(ends.get(schedule, factors[-1]), abs=0.02)


def test_the_loss_is_cross_entropy_with_smoothing():
    """As torch computes it, for labels and for soft targets."""
    scores, labels = torch.randn(7, 3), torch.tensor([0, 1, 2, 0, 1, 2, 0])
    loss = create_loss(options(label_smoothing=0.1), 3, np.array([3, 2, 2]))
    expected = nn.functional.cross_entropy(scores, labels, label_smoothing=0.1)
    assert float(loss(scores, labels)) == pytest.approx(float(expected), rel=1e-5)
    soft = nn.functional.one_hot(labels, 3).float()
    assert float(loss(scores, soft)) == pytest.approx(float(expected), rel=1e-5)


def test_focal_and_balanced_losses_are_closed_forms():
    """(1 - p)^gamma log p; and n / (k n_class) times it."""
    scores, labels = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    p = torch.softmax(scores, 1)[torch.arange(2), labels].numpy()
    focal = create_loss(options(loss="focal", focal_gamma=2.0, label_smoothing=0), 2, np.array([3, 1]))
    assert float(focal(scores, labels)) == pytest.approx(np.mean(-((1 - p) ** 2) * np.log(p)), rel=1e-5)
    balanced = create_loss(options(label_smoothing=0), 2, np.array([3, 1]), balanced=True)
    assert float(balanced(scores, labels)) == pytest.approx(np.mean(np.array([4 / 6, 2]) * -np.log(p)), rel=1e-5)


def test_a_loss_of_the_users_own(tmp_path):
    """A function in a file is used; what is none, or gives no scalar, is a sentence."""
    path = tmp_path / "own.py"
    path.write_text(
        "def twice(scores, targets):\n    return 2 * scores.sum()\ndef many(scores, targets):\n    return scores\n"
    )
    scores = torch.ones(2, 2, requires_grad=True)
    counts = np.array([1, 1])
    assert float(create_loss(options(loss=f"{path}:twice"), 2, counts)(scores, torch.tensor([0, 1])).detach()) == 8
    with pytest.raises(TrainingError, match="must give a scalar tensor"):
        create_loss(options(loss=f"{path}:many"), 2, counts)(scores, torch.tensor([0, 1]))
    for name, what in ((f"{path}:no", "no function"), ("no.such.module:f", "cannot be imported"), ("mean", "no loss")):
        with pytest.raises(OptionError, match=what):
            create_loss(options(loss=name), 2, counts)


@pytest.mark.parametrize("settings", [{"mixup": 0.5}, {"cutmix": 1.0}, {"mixup": 0.5, "cutmix": 1.0}])
@pytest.mark.parametrize("shape", [(6, 8, 8, 3), (6, 4, 8, 8)])
def test_mixed_targets_say_what_is_in_the_picture(settings, shape):
    """Rows sum to 1, and a picture of ones holds the share of its own class."""
    labels = torch.arange(6)
    kind = torch.uint8 if shape[-1] == 3 else torch.float32
    inputs = torch.stack([torch.full(shape[1:], float(label)) for label in labels]).to(kind)
    mixed, targets = mix_batch(inputs, labels, 6, options(**settings), np.random.default_rng(3))
    assert mixed.shape == inputs.shape
    assert mixed.dtype == inputs.dtype
    torch.testing.assert_close(targets.sum(1), torch.ones(6))
    shares = mixed.float().flatten(1).mean(1)
    torch.testing.assert_close(shares, (targets * labels).sum(1), atol=0.6, rtol=0)
    unmixed, same = mix_batch(inputs, labels, 6, options(), np.random.default_rng(3))
    assert unmixed is inputs
    assert same is labels


def test_averages_follow_slowly():
    """After a step at t the average is d a + (1 - d) w with d = min(decay, (1 + t) / (10 + t))."""
    network = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(0.0)
    average = AveragedNetwork(network, 0.5)
    with torch.no_grad():
        network.weight.fill_(1.0)
    average.update(network, 0)
    assert float(average.network.weight) == pytest.approx(0.9)
    average.update(network, 1000)
    assert float(average.network.weight) == pytest.approx(0.95)

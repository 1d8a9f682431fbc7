"""The grammar of `--over`."""

from __future__ import annotations

import pytest

from regraft.core import OptionError
from regraft.grafting.sweeps.options import DEFAULT_SPACE
from regraft.grafting.sweeps.space import VARIABLE, read_space
from regraft.recipes import SweepOptions


def read(*texts, **settings):
    """What some specifications mean."""
    return read_space(SweepOptions(over=texts, **settings))


def test_values_have_the_type_of_their_option():
    """Numbers are numbers, names are names, and none leaves an option open; a value that stands twice counts once."""
    dropout, optimizer, ema, steps = read(
        "dropout=0, 0.2,0.5,0.5", "optimizer=adamw,sgd", "ema=none,0.99", "steps=50,100"
    )
    assert dropout.choices == (0.0, 0.2, 0.5)
    assert optimizer.choices == ("adamw", "sgd")
    assert ema.choices == (None, 0.99)
    assert [type(value) for value in steps.choices] == [int, int]
    assert (ema.span, optimizer.scale) == ("none, 0.99", "these values")


@pytest.mark.parametrize(
    ("text", "low", "high", "scale"),
    [
        ("learning_rate=1e-4..1e-2", 1e-4, 1e-2, "logarithmic"),
        ("learning-rate=1e-3..1e-2", 1e-3, 1e-2, "linear"),
        ("dropout=0..0.5", 0.0, 0.5, "linear"),
        ("epochs=3..10", 3, 10, "linear, whole numbers"),
        ("batch_size=8..160", 8, 160, "logarithmic, whole numbers"),
    ],
)
def test_a_range_is_logarithmic_where_it_spans_much(text, low, high, scale):
    """From 20 times on, and never from zero; whole numbers stay whole."""
    (option,) = read(text)
    assert (option.low, option.high, option.scale) == (low, high, scale)
    assert isinstance(option.low, type(low))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dropout", "says nothing to vary"),
        ("dropout=", "says nothing to vary"),
        ("=1,2", "says nothing to vary"),
        ("dropout=0.2", "name two or more values, a,b or a range, low..high. To set the option, use --dropout"),
        ("dropout=0.2,nought", "Option 'dropout' is 'nought': it should be a number"),
        ("clip_norm=off,1", "Option 'clip_norm' is 'off'"),
        ("dropout=0..1", "Option 'dropout' is '1': input should be less than 1"),
        ("dropout=0.5..0.2", "low below high"),
        ("epsilon=1e-8..inf", "low below high"),
        ("epochs=1.5..3", "Option 'epochs' is '1.5'"),
        ("augmentation=flip,flop", "Option 'augmentation' is 'flop'"),
        ("optimizer=adamw..sgd", "name two or more values, a,b. To set"),
        ("droppout=0,1", "There is no option 'droppout' to vary. Did you mean dropout"),
        ("runs=a,b", "'runs' cannot be varied: it changes what is written down, not what is learnt"),
        ("name=a,b", "'name' cannot be varied"),
        ("device=cpu,cuda", "'device' cannot be varied: it changes the time and, by rounding, a little"),
        ("preprocessing=vgg,lenet", "all trials share the features that it changes"),
        ("n_folds=3,5", "it says how carefully the head is chosen that trainings begin with"),
        ("seed=1,2", "'seed' cannot be varied: it decides which images judge"),
        ("training_seed=1,2", "the best of these would be luck"),
        ("test_fraction=0.1..0.3", "'test_fraction' cannot be varied"),
        ("group_by=a,b", "'group_by' cannot be varied"),
        ("backbone=a,b", "use regraft compare"),
    ],
)
def test_what_cannot_be_read_or_varied_is_a_sentence(text, message):
    """It names the option, what is wrong with it, and what to do."""
    with pytest.raises(OptionError) as caught:
        read(text)
    assert message in str(caught.value)
    assert str(caught.value).endswith((".", "?"))


def test_an_option_is_varied_once_and_not_set_too():
    """Both would say two things about it."""
    with pytest.raises(OptionError, match="stands twice"):
        read("dropout=0,1e-1", "dropout=0..0.5")
    with pytest.raises(OptionError, match="set and varied"):
        read("dropout=0,1e-1", dropout=0.2)


def test_by_default_what_the_user_does_not_set_is_varied():
    """An option that is set leaves the default space."""
    names = [option.name for option in read_space(SweepOptions())]
    assert names == ["learning_rate", "dropout", "label_smoothing", "weight_decay"]
    assert [option.name for option in read_space(SweepOptions(dropout=0.1))] == [names[0], *names[2:]]
    with pytest.raises(OptionError, match="say with --over"):
        read_space(SweepOptions(learning_rate=0.1, dropout=0.1, label_smoothing=0.1, weight_decay=0.1))
    assert all(text.partition("=")[0] in VARIABLE for text in DEFAULT_SPACE)


def test_values_are_tried_as_they_can_be_said():
    """Three digits, within the range."""
    (rate,) = read("learning_rate=1.234e-4..1e-2")
    assert rate.rounded(0.000123456) == 1.234e-4
    assert rate.rounded(0.00987654) == 0.00988
    (epochs,) = read("epochs=3..10")
    assert epochs.rounded(7) == 7
    assert not epochs.holds(7.5)
    assert not epochs.holds(11)

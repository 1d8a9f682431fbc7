"""Which networks are meant."""

from __future__ import annotations

from regraft.backbones import BACKBONES
from regraft.experiments.networks import choose_backbones


def test_untrained_networks_are_no_default():
    """By default learnt networks are compared that are here; which, why, and what was left out is a note."""
    names, (finding,) = choose_backbones(())
    assert "efficientnet-lite0" in names
    assert not any(BACKBONES[name].is_untrained for name in names)
    assert finding.severity == "note"
    assert "learnt weights are on this machine are compared (efficientnet-lite0" in finding.message
    assert "the untrained ones (" in finding.message
    assert "lenet" in finding.message


def test_named_networks_are_the_users_choice():
    """Whoever names networks gets these, also an untrained one, and is told nothing."""
    assert choose_backbones(("lenet",)) == (("lenet",), ())

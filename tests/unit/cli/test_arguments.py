"""What becomes of arguments before they are parsed."""

from __future__ import annotations

from regraft.cli.arguments import prepare


def test_a_former_name_is_given_the_new_one(capfd):
    """Which is said; verbs in which the name means something else are left alone."""
    assert prepare(["finetune", "photos", "--views", "2"]) == ["finetune", "photos", "--kept-views", "2"]
    assert prepare(["sweep", "photos", "--views=2"]) == ["sweep", "photos", "--kept-views=2"]
    assert capfd.readouterr().err.count("--views is called --kept-views now") == 2
    assert prepare(["probe", "photos", "--views", "2"]) == ["probe", "photos", "--views", "2"]
    assert capfd.readouterr().err == ""

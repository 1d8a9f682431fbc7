"""Which crew some options mean."""

from __future__ import annotations

import pytest

from regraft.core import EXTRAS, MissingExtraError, OptionError
from regraft.features import FeatureStore
from regraft.recipes import EmbedOptions, ScanOptions
from regraft.scaling import find_crew


@pytest.mark.parametrize("options", [EmbedOptions(), ScanOptions()])
def test_there_is_none_unless_it_is_asked_for(options):
    """Also where a verb has no such option."""
    assert find_crew(options) is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"address": "head:6379"}, "give --on ray, too"),
        ({"on": "ray", "address": "head"}, "is not HOST:PORT"),
        ({"on": "ray", "address": "ray://head:10001/"}, "is not HOST:PORT"),
        ({"on": "ray", "address": ":6379"}, "is not HOST:PORT"),
    ],
)
def test_options_that_do_not_fit_are_refused(settings, message):
    """In a sentence, before anything is asked."""
    with pytest.raises(OptionError, match=message):
        find_crew(EmbedOptions(**settings))


def test_without_ray_the_install_line_is_told(monkeypatch):
    """As for every extra."""
    monkeypatch.setitem(EXTRAS, "scale", ("no_such_module",))
    with pytest.raises(MissingExtraError, match=r"pip install 'regraft\[scale\]'"):
        find_crew(EmbedOptions(on="ray"))


def test_a_pass_is_shared_out_so_that_every_worker_has_something(tmp_path, monkeypatch):
    """A shard's images each at most; each image once, in order."""
    monkeypatch.setitem(EXTRAS, "scale", ("numpy",))
    crew = find_crew(EmbedOptions(on="ray", worker_threads=2))
    sources = [tmp_path / f"{number}.jpg" for number in range(1000)]
    digests = [f"{number:064x}" for number in range(1000)]
    work = crew.begin_pass(None, FeatureStore(tmp_path), sources, digests, None)
    for n_workers, n_rows in ((1, 250), (5, 50), (100, 32)):
        portions = list(work.portions(n_workers))
        assert len(portions[0]["sources"]) == n_rows
        assert [place for one in portions for place in one["sources"]] == list(map(str, sources))
        assert [digest for one in portions for digest in one["digests"]] == digests
        assert [one["first"] for one in portions] == list(range(0, 1000, n_rows))

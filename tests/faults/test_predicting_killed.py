"""kill -9 at any moment of answers that are written to a file."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

import predicting_child
from extraction_child import PixelEngine, computed_images
from predicting_child import predict, stream_of
from regraft.bundle import outcome_format, write_stream
from regraft.core import InterruptedRunError, OptionError, SilentProgress, StoreError, exclusive


class Said(SilentProgress):
    """Remembers what it was told; may be interrupted after some images."""

    def __init__(self, n_images=None):
        self.said, self.n_left = [], n_images

    def say(self, text):
        self.said.append(text)

    def advance(self, n_done=1):
        if self.n_left is not None:
            self.n_left -= n_done
            if self.n_left < 0:
                raise KeyboardInterrupt


@pytest.fixture(scope="module")
def pictures(tiny_images, tmp_path_factory):
    """930 pictures, one of which cannot be read."""
    folder = shutil.copytree(tiny_images, tmp_path_factory.mktemp("pictures") / "tiny")
    (folder / "0300.png").write_bytes(b"nothing")
    return folder


@pytest.fixture(scope="module")
def warm(pictures, tmp_path_factory):
    """A store that holds all features: what is tested is what becomes of answers."""
    folder = tmp_path_factory.mktemp("warm")
    predict(pictures, folder / "whole.csv", folder / "features", folder / "log")
    predict(pictures, folder / "whole.parquet", folder / "features", folder / "log")
    return folder


@pytest.fixture
def answer(pictures, warm):
    """Writes the answers for all pictures to a file."""
    return lambda out, progress=None: predict(pictures, out, warm / "features", warm / "log", progress)


@pytest.fixture
def killed(pictures, warm, nursery, tmp_path):
    """Begins to write a file, in a process that is killed at a fail-point."""

    def begin(name, failpoint):
        program = [predicting_child.__file__, pictures, tmp_path / name, warm / "features", warm / "log", failpoint]
        done = nursery.run(program, env=dict(os.environ))
        assert done.returncode == -signal.SIGKILL, done.stderr
        return tmp_path / name

    return begin


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failpoint", "n_kept"),
    [
        ("fsync:1:before", 0),  # what is asked is not yet written
        ("fsync:3:before", 256),  # a block is written and not known to be durable
        ("fsync:5:after", 768),
        ("replace:2:before", 930),  # all is answered, the file is not yet there
        ("replace:2:after", 930),  # it is, and the journal still stands beside it
        ("unlink:4:after", 0),  # the journal is being removed
    ],
)
def test_a_killed_run_goes_on_after_the_last_whole_row(failpoint, n_kept, killed, answer, warm):
    """The same command again says where it goes on, and leaves the bytes of a run that nothing happened to."""
    out = killed("answers.csv", failpoint)
    progress = Said()
    result = answer(out, progress)
    assert progress.said == ([f"Going on after {n_kept} of 930 images."] if n_kept else [])
    assert out.read_bytes() == (warm / "whole.csv").read_bytes()
    assert (result.n_predicted, result.n_unreadable) == (929, 1)
    assert [path.name for path in out.parent.iterdir()] == ["answers.csv"]


@pytest.fixture
def begun(answer, tmp_path):
    """A file of which 512 answers are there when Ctrl-C comes."""
    out = tmp_path / "answers.parquet"
    with pytest.raises(KeyboardInterrupt):
        answer(out, Said(600))
    assert not out.exists()
    return out


class Interrupted(PixelEngine):
    """Ctrl-C in the third block."""

    def stream(self, batches):
        for number, features in enumerate(super().stream(batches)):
            if computed_images(self.log).total() > 600 and number:
                raise KeyboardInterrupt
            yield features


def test_ctrl_c_says_how_far_it_is(pictures, tmp_path):
    """Of all images, not of the block that it is at."""
    stream = stream_of(pictures, tmp_path / "features", tmp_path / "log")
    networks = stream.networks.opened_by(lambda: Interrupted(tmp_path / "log"))
    with pytest.raises(InterruptedRunError, match=r"Stopped\. 512 of 930 images are answered: run the same command"):
        write_stream(replace(stream, networks=networks), tmp_path / "answers.csv", "csv")


def test_a_torn_row_is_answered_again(begun, answer, warm):
    """What a power cut left of a line is cut off, whatever it is."""
    journal = begun.with_name("answers.parquet.partial") / "outcomes.jsonl"
    content = journal.read_bytes()
    journal.write_bytes(content[:-30])
    progress = Said()
    answer(begun, progress)
    assert progress.said == ["Going on after 511 of 930 images."]
    assert pq.read_table(begun).equals(pq.read_table(warm / "whole.parquet"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"bundle": "another"}, "another classifier"),
        ({"top_k": 2}, r"other options \(--top-k 1 --unknown; now --top-k 2 --unknown\)"),
        ({"folder": "fewer"}, "other images"),
    ],
)
def test_other_answers_are_not_mixed_with_these(settings, what, begun, pictures, warm):
    """Another classifier, other options, other images: refused with what to do, which then works."""
    if "folder" in settings:
        settings = {"folder": shutil.copytree(pictures, begun.parent / "fewer")}
        (settings["folder"] / "0007.png").unlink()
    other = stream_of(**{"folder": pictures, "store": warm / "features", "log": warm / "log"} | settings)
    with pytest.raises(OptionError, match=f"answers.parquet was begun with {what}.*give another --out, or remove"):
        write_stream(other, begun, outcome_format(begun))
    shutil.rmtree(begun.with_name("answers.parquet.partial"))
    assert write_stream(other, begun, outcome_format(begun)).n_predicted == len(other) - 1


def test_two_processes_do_not_write_one_file(begun, answer):
    """The second is told of the first."""
    lock = begun.with_name("answers.parquet.partial") / "lock.sqlite"
    with exclusive(lock), pytest.raises(StoreError, match=r"Another process is writing .*answers.parquet"):
        answer(begun)


@pytest.mark.parametrize(("name", "content"), [("asked.json", b"{}"), ("outcomes.jsonl", b"{}\n")])
def test_a_damaged_journal_says_what_to_do(name, content, begun, answer):
    """It is neither believed nor thrown away."""
    place = begun.with_name("answers.parquet.partial") / name
    place.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{name} is damaged. Remove the folder .*partial and run the command again"):
        answer(begun)

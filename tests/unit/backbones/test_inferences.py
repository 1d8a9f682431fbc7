"""Streams of one engine that meet: nested, given up, failing, many at once, in threads."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from regraft.backbones import choose_engine, compute_features, open_engine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pixels():
    """Ten batches of one to four small pictures."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (1 + number % 4, 64, 64, 3), np.uint8) for number in range(10)]


@pytest.fixture
def engine(tiny_spec, shared_cache):
    return open_engine(tiny_spec, choose_engine("openvino", "fp32"), layer="penultimate", cache=shared_cache)


@pytest.fixture
def alone(engine, pixels):
    """The features of each batch, computed one after the other."""
    return [compute_features(engine, batch) for batch in pixels]


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_streams_take_turns(engine, pixels, alone):
    """Eight streams of one thread, a batch of each at a time, need no more than the three requests there are."""
    streams = [engine.stream(iter(pixels)) for _ in range(8)]
    for rows, expected in zip(zip(*streams, strict=True), alone, strict=True):
        assert_equal(rows, [expected] * 8)


def test_streams_can_be_nested(engine, pixels, alone):
    """While a stream waits for its next batch, that batch may be computed by streams of the same engine."""

    def batches(depth):
        for batch, expected in zip(pixels, alone, strict=True):
            if depth:
                for rows in engine.stream(batches(depth - 1)):
                    assert rows.shape[1] == expected.shape[1]
                    break
            yield batch

    assert_equal(engine.stream(batches(4)), alone)


def test_streams_that_are_given_up_keep_nothing(engine, pixels, alone):
    """Left after one batch, kept alive or freed, they take no request away from others."""
    left = []
    for _ in range(20):
        left.append(engine.stream(iter(pixels)))
        next(left[-1])
    assert_equal(engine.stream(iter(pixels)), alone)
    for stream in left[:10]:
        stream.close()
    del left[10:]
    gc.collect()
    assert_equal(engine.stream(iter(pixels)), alone)


def test_batches_that_fail_leave_the_engine_whole(engine, pixels, alone):
    """An exception of whoever makes batches comes through; a batch of a wrong shape is refused; others go on."""

    def failing():
        yield from pixels[:3]
        raise LookupError("no more")

    for _ in range(5):
        with pytest.raises(LookupError, match="no more"):
            list(engine.stream(failing()))
        with pytest.raises(Exception, match="shape"):
            list(engine.stream(iter([pixels[0], np.zeros((4, 32, 32, 3), np.uint8)])))
    assert_equal(engine.stream(iter(pixels)), alone)


def test_streams_of_many_threads_are_those_of_one(engine, pixels, alone):
    """Twelve threads, whole streams and streams that are given up, on three requests: the same bits."""

    def work(number):
        if number % 3 == 0:
            next(engine.stream(iter(pixels)))
        return list(engine.stream(iter(pixels)))

    with ThreadPoolExecutor(12) as pool:
        for found in pool.map(work, range(48)):
            assert_equal(found, alone)

"""A classifier inside of programs: threads, processes, forks, pickles and copies."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone

import regraft
from regraft.backbones import choose_engine
from regraft.core import CACHE_VARIABLE, MissingExtraError, RegraftError, SilentProgress
from regraft.data import Reason, UnreadableImageError, read_manifest
from regraft.experiments.circumstances import Stopwatch
from regraft.experiments.classifiers import build_classifier
from regraft.experiments.dataset_features import load_features
from regraft.recipes import ProbeOptions

pytestmark = pytest.mark.slow

N_THREADS = 8
N_CALLS = 60
SECONDS_MAX = 120
"""Of a child process: what hangs ends here, as a failure."""

ENGINES = ["openvino", "torch"]


@pytest.fixture(scope="module")
def small(photos, shared_cache, tmp_path_factory):
    """A probe of a small network, whose layer needs hooks in torch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        runs = tmp_path_factory.mktemp("runs")
        return regraft.probe(photos, runs=runs, backbone="lenet", layer="stage2", n_strengths=2, n_folds=2)


def load(bundle, engine, cache=None):
    return regraft.load(bundle, choice=choose_engine(engine, "fp32", "cpu"), cache=cache)


def pictures(n, seed=0):
    """Pictures of a few sizes."""
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (20 + seed % 3, 24, 3), np.uint8) for _ in range(n)]


def in_threads(work, items, n_threads=N_THREADS):
    """What `work` gives for each item, with all threads beginning at once."""
    together = threading.Barrier(n_threads)
    with ThreadPoolExecutor(n_threads, initializer=together.wait) as pool:
        return list(pool.map(work, items))


def in_a_child(script, *arguments):
    """What a program with all of its threads prints; one that hangs is a failure."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_get_the_answers_of_one(small, engine):
    """Eight threads, 60 calls each, with batches of all sizes, on one classifier: the bits of one after another."""
    classifier = load(small.bundle, engine)
    asked = [pictures(1 + seed % 6, seed) for seed in range(25)]
    one = load(small.bundle, engine)
    alone = [one.predict_arrays(images) for images in asked]
    answers = in_threads(
        lambda number: classifier.predict_arrays(asked[number % len(asked)]), range(N_THREADS * N_CALLS)
    )
    for number, answer in enumerate(answers):
        np.testing.assert_array_equal(answer, alone[number % len(asked)])


def test_threads_share_the_default_network(probed, photos, tmp_path):
    """The real network and the store: files and pictures in memory, whose features nobody has yet."""
    files = sorted(photos.glob("*/0*"))
    one = regraft.load(probed.bundle)
    alone = [next(one.predict_files([path])).probabilities for path in files]
    classifier = regraft.load(probed.bundle, cache=tmp_path)
    answers = in_threads(lambda path: next(classifier.predict_files([path])).probabilities, files * 2)
    for answer, expected in zip(answers, alone * 2, strict=True):
        np.testing.assert_array_equal(answer, expected)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("is_shared", [True, False])
def test_threads_begin_on_an_empty_cache(small, tmp_path, engine, is_shared):
    """Four threads at once, with one classifier or each with its own, convert the network once, and agree."""
    one = load(small.bundle, engine, tmp_path)
    answers = in_threads(
        lambda _: (one if is_shared else load(small.bundle, engine, tmp_path)).predict_arrays(pictures(3)), range(4), 4
    )
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])
    assert len(list(tmp_path.glob("graphs/*"))) == (1 if engine == "openvino" else 0)


def test_threads_of_estimators_agree(photos, tmp_path, monkeypatch):
    """Transformers that draw, describe and convert a network on an empty cache, in four threads."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    paths = sorted(map(str, photos.glob("red/*")))
    answers = in_threads(lambda _: regraft.ImageFeatures("cifarnet", engine="openvino").transform(paths), range(4), 4)
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("is_used", [False, True])
def test_copies_give_the_same_answers(small, engine, is_used):
    """Pickled by every protocol, copied and copied deeply, before and after the first use."""
    classifier = load(small.bundle, engine)
    expected = load(small.bundle, engine).predict_arrays(pictures(5))
    if is_used:
        classifier.predict_arrays(pictures(5))
    pickled = [pickle.dumps(classifier, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    twins = [*map(pickle.loads, pickled), copy.copy(classifier), copy.deepcopy(classifier)]
    for twin in twins:
        np.testing.assert_array_equal(twin.predict_arrays(pictures(5)), expected)
        assert repr(twin) == repr(classifier)


def test_a_classifier_without_a_folder_can_be_sent(small, photos):
    """One that was built in memory is as good as one that was loaded."""
    options = ProbeOptions(backbone="lenet", layer="stage2")
    data = load_features(read_manifest(photos), options, SilentProgress(), Stopwatch())
    built = build_classifier("in memory", data, regraft.load(small.bundle).head, options)
    expected = built.predict_arrays(pictures(4))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(built)).predict_arrays(pictures(4)), expected)
    np.testing.assert_array_equal(copy.deepcopy(built).predict_arrays(pictures(4)), expected)


def test_a_spawned_pool_gets_it_after_its_first_use(small):
    """Two processes that begin afresh give the bits of this one."""
    classifier = regraft.load(small.bundle)
    asked = [pictures(3, seed) for seed in range(4)]
    expected = [classifier.predict_arrays(images) for images in asked]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.map(classifier.predict_arrays, asked)
    for answer, alone in zip(answers, expected, strict=True):
        np.testing.assert_array_equal(answer, alone)


FORKS = """
import os, pickle, sys
import numpy as np
import regraft
from regraft.backbones import choose_engine

bundle, engine, before, picture, *jobs = sys.argv[1:]
images = [np.full((30, 30, 3), 90, np.uint8)]
load = lambda: regraft.load(bundle, choice=choose_engine(engine, "fp32", "cpu"))
files = lambda c: next(c.predict_files([picture])).probabilities
classifier = load()
if before == "used":
    files(classifier)
    expected = classifier.predict_arrays(images)
    stream = classifier.networks.engines()[0].stream(iter([np.zeros((1, 28, 28, 3), np.uint8)] * 8))
    next(stream)
WORK = {
    "same": lambda: classifier.predict_arrays(images),
    "kept": lambda: files(classifier),
    "copy": lambda: pickle.loads(pickle.dumps(classifier)).predict_arrays(images),
    "fresh": lambda: load().predict_arrays(images),
    "stream": lambda: next(stream),
    "verb": lambda: regraft.predict(bundle, [picture]),
    "features": lambda: regraft.ImageFeatures("lenet", engine=engine).transform([picture]),
    "nothing": lambda: None,
}
for job in jobs:
    child = os.fork()
    if child == 0:
        try:
            WORK[job]()
            print(job, "answered", flush=True)
        except regraft.RegraftError as error:
            print(job, error, flush=True)
        del classifier, WORK
        if engine == "torch" and job not in ("stream", "nothing"):
            os._exit(0)  # to free all of torch takes a second
        sys.exit(0)  # all that was there before the fork is freed
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
assert classifier.predict_arrays(images).shape == (1, 3)  # the parent goes on
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_fork_after_the_first_use_is_refused_at_once(small, photos, engine):
    """Whatever the child asks a network, the answer is a sentence with the remedy; and the child can end."""
    jobs = ["same", "kept", "copy", "fresh", "stream", "verb", "features"]
    lines = in_a_child(FORKS, small.bundle, engine, "used", photos / "red/00.png", *jobs, "nothing").splitlines()
    assert lines[-2:] == ["nothing answered", "0"]
    for job, said, code in zip(jobs, lines[::2], lines[1::2], strict=False):
        assert said.startswith(f"{job} Process")
        assert 'get_context("spawn")' in said
        assert code == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_fork_before_the_first_use_works(small, photos, engine):
    """A classifier may be loaded and then forked, as servers do; the parent can use it afterwards."""
    jobs = ["same", "kept", "fresh", "verb"]
    lines = in_a_child(FORKS, small.bundle, engine, "loaded", photos / "red/00.png", *jobs).splitlines()
    assert lines == [line for job in jobs for line in (f"{job} answered", "0")]


POOL = """
import multiprocessing, sys, threading
import numpy as np
import regraft

bundle, before = sys.argv[1:]
classifier = regraft.load(bundle)
images = [[np.full((30, 30, 3), shade, np.uint8)] for shade in range(0, 200, 20)]
is_over = threading.Event()


def predict_on():
    while not is_over.is_set():
        classifier.predict_arrays(images[0])


threads = [threading.Thread(target=predict_on) for _ in range(4 if before == "busy" else 0)]
if threads:  # they compute while the process forks
    classifier.predict_arrays(images[0])
for thread in threads:
    thread.start()
with multiprocessing.get_context("fork").Pool(2) as pool:
    try:
        answers = pool.map(classifier.predict_arrays, images)
        alone = [classifier.predict_arrays(few) for few in images]
        print("equal" if np.array_equal(answers, alone) else "different")
    except regraft.RegraftError as error:
        print(error)
    finally:
        is_over.set()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_pool_works_before_the_first_use(small):
    """Two forked processes open the network for themselves, and give the bits of their parent."""
    assert in_a_child(POOL, small.bundle, "loaded") == "equal\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_pool_forked_amid_predictions_is_refused(small):
    """Locks that other threads hold while the process forks are free in the children: the error comes through."""
    assert "joblib as it is" in in_a_child(POOL, small.bundle, "busy")


def test_estimators_and_their_results_can_be_sent(photos):
    """Pickled, copied, cloned and sent to joblib's processes, an estimator predicts what it predicted."""
    from joblib import Parallel, delayed

    paths = sorted(map(str, photos.glob("*/*")))
    names = [path.split("/")[-2] for path in paths]
    fitted = regraft.ImageClassifier(backbone="lenet", n_strengths=2, n_folds=2).fit(paths, names)
    expected = fitted.predict_proba(paths)
    for twin in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted), copy.copy(fitted)):
        np.testing.assert_array_equal(twin.predict_proba(paths), expected)
    np.testing.assert_array_equal(clone(fitted).fit(paths, names).predict_proba(paths), expected)
    features = regraft.ImageFeatures("lenet").fit(paths)
    answers = Parallel(n_jobs=2)(delayed(features.transform)(part) for part in (paths[:30], paths[30:]))
    np.testing.assert_array_equal(np.concatenate(answers), features.transform(paths))


def test_results_and_errors_can_be_sent(small, photos):
    """What a verb returns or raises in another process arrives as it was: a pool never waits for it in vain."""
    for value in (small, small.assessment, ProbeOptions(seed=3), regraft.scan(photos), read_manifest(photos)):
        twin = pickle.loads(pickle.dumps(value))
        assert type(twin) is type(value)
        assert repr(twin) == repr(value)
    errors = [RegraftError("a"), MissingExtraError("X", "torch"), UnreadableImageError(Reason.DAMAGED, "cut")]
    for error in errors:
        twin = pickle.loads(pickle.dumps(error))
        assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))

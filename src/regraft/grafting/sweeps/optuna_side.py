"""Optuna's side of a sweep: the journal that processes share, the sampler, what may be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import StoreError, generator

if TYPE_CHECKING:
    from pathlib import Path

    import optuna

    from regraft.reports import SweptOption

JOURNAL = "optuna-journal.log"
_N_RANDOM = 10
"""Trials before the sampler learns from them."""
_N_UNSTOPPED = 5
"""Finished trials before one is stopped for being worse than their median."""
_GRACE_SECONDS = 10
"""After which a journal's lock is taken over that a killed process has left."""


def open_study(path: Path) -> optuna.Study:
    """The study in a journal, a new one where there is none.

    Raises:
        StoreError: The journal cannot be read.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # The one lock that works everywhere: symbolic links need a privilege on Windows.
    lock = JournalFileOpenLock(str(path), grace_period=_GRACE_SECONDS)
    lock.acquire()
    try:
        _drop_torn_line(path)
    finally:
        lock.release()
    try:
        return optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(path), lock_obj=lock)),
            study_name="sweep",
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_N_UNSTOPPED),
        )
    except (ValueError, KeyError) as error:
        raise StoreError(f"The journal {path} is damaged ({error}). Delete its folder to begin again.") from error


def _drop_torn_line(path: Path) -> None:
    """What a lost machine was writing when it stopped: the journal cannot be read beyond half a line."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)


def create_sampler(seed: int, place: int) -> optuna.samplers.BaseSampler:
    """What draws the values of a trial; seed and number of the trial alone decide how."""
    from optuna.samplers import TPESampler

    own = int(generator(seed, "sweep", str(place)).integers(2**31))
    return TPESampler(seed=own, n_startup_trials=_N_RANDOM)


def distribution_of(option: SweptOption) -> optuna.distributions.BaseDistribution:
    """What may be drawn of an option."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if option.low is None or option.high is None:
        return CategoricalDistribution(option.choices)
    if option.is_whole:
        return IntDistribution(int(option.low), int(option.high), log=option.is_log)
    return FloatDistribution(option.low, option.high, log=option.is_log)

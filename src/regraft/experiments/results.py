"""What the verbs that leave a run's folder give back: where it lies, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.data import Finding
    from regraft.evaluation import Assessment


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """A run.

    Attributes:
        folder: Its folder: the report, `run.json`, and what the verb makes.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    folder: Path
    findings: tuple[Finding, ...] = ()

    @property
    def report(self) -> Path:
        """The report, for a browser."""
        return self.folder / "report.html"


@dataclass(frozen=True, kw_only=True)
class LearningResult(RunResult):
    """A run that learnt from some images and left others for the test.

    Attributes:
        n_train: Images that were learnt from.
        n_test: Images of the test.
        n_unreadable: Files that were left out; the reports list them.
        seconds: Time by stage or candidate, in this process.
    """

    n_train: int
    n_test: int
    n_unreadable: int
    seconds: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class ClassifierResult(LearningResult):
    """A run that made a classifier and measured it.

    Attributes:
        assessment: The measured quality on the test images.
    """

    assessment: Assessment

    @property
    def bundle(self) -> Path:
        """The saved classifier."""
        return self.folder / "bundle"


@dataclass(frozen=True, kw_only=True)
class ProbeResult(ClassifierResult):
    """What a probe gave.

    Attributes:
        n_computed: Images whose features had to be computed.
    """

    n_computed: int

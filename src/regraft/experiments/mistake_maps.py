"""Where in an image that speaks for a wrong class which the classifier took it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.backbones import find_lite
from regraft.core import printable
from regraft.data import UnreadableImageError
from regraft.experiments.explanation_files import contrast_pictures
from regraft.experiments.explanations import Explainer
from regraft.reports import PicturedExplanation

if TYPE_CHECKING:
    from regraft.bundle import Classifier
    from regraft.data import Manifest
    from regraft.evaluation import Assessment
    from regraft.heads import RowSource

_N_EXPLAINED = 6


def explain_mistakes(
    classifier: Classifier, assessment: Assessment, manifest: Manifest, features: RowSource
) -> tuple[PicturedExplanation, ...]:
    """The surest mistakes, each with what speaks for the class that was said rather than for the true one.

    Args:
        classifier: What made them.
        assessment: Names them.
        manifest: The n images.
        features: Theirs (n, d).

    Returns:
        At most six; none where a network would have to be converted for it.
    """
    if not assessment.mistakes or not _opens_at_once(classifier):
        return ()
    files, rows = manifest.files(), {printable(path): row for row, path in enumerate(manifest.paths)}
    explainer = Explainer(classifier)
    found = []
    for mistake in assessment.mistakes[:_N_EXPLAINED]:
        row = rows[printable(mistake.path)]
        try:
            explained = explainer.explain(
                files[row], mistake.path, against=mistake.truth, features=features[row : row + 1][0]
            )
        except UnreadableImageError:  # it could be read a moment ago
            continue
        found.append(PicturedExplanation(explained.explanation, contrast_pictures(explained)))
    return tuple(found)


def _opens_at_once(classifier: Classifier) -> bool:
    is_built = all(find_lite(spec) is not None for spec in classifier.backbones)
    return classifier.choice.engine == "openvino" and is_built

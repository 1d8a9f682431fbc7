"""Images in scikit-learn: a transformer and a classifier whose X are paths or pixels.

Features are computed once and kept, so a grid search or a cross-validation costs little more than its last step.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from regraft.core import DataError, HeadError, quoted
from regraft.data import cluster_units
from regraft.estimators.image_lists import list_features, require_images
from regraft.estimators.parameters import ClassifierParameters, FeatureParameters
from regraft.experiments import FixedNetworkOptions, ProbeOptions, choose_head, learn_from
from regraft.heads import KnownImages

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from sklearn.utils import Tags

    from regraft.experiments import Uncertainty


class _OfImages(BaseEstimator):  # type: ignore[misc]
    """What both have in common: X is a list of images."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        return tags


class ImageFeatures(FeatureParameters, ClassNamePrefixFeaturesOutMixin, TransformerMixin, _OfImages):  # type: ignore[misc]
    """Images to features of a pretrained network: the first step of a `Pipeline`.

    X is a list (array, column) of paths, of uint8 arrays (h, w, 3) or (h, w), or of Pillow images. Nothing is learnt:
    `fit` looks up the network and the number of features. The parameters are those of `regraft embed`.

    Attributes:
        n_features_out_: Number of features, d.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn hands it over
        """Check the parameters and the first image.

        Raises:
            RegraftError: A parameter makes no sense, the network cannot be had, or X is no list of images.
        """
        self.n_features_out_ = self._features(require_images(X)[:1]).shape[1]
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Features (n, d) float32, from the store where they are there.

        Raises:
            DataError: Some of the files cannot be read.
            RegraftError: As in `fit`.
        """
        return self._features(X)

    @property
    def _n_features_out(self) -> int:
        n_features: int = self.n_features_out_
        return n_features

    def _features(self, X: Any) -> NDArray[np.float32]:
        return list_features(X, FixedNetworkOptions.of(None, self.get_params())).features

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = []
        return tags


class ImageClassifier(ClassifierParameters, ClassifierMixin, _OfImages):  # type: ignore[misc]
    """Images to classes: fixed features and a linear head, as `regraft probe` fits them.

    X is a list (array, column) of paths, of uint8 arrays (h, w, 3) or (h, w), or of Pillow images. Normalisation,
    regularisation and layers are chosen by cross-validation inside `fit`. The parameters are those of `regraft probe`.

    Attributes:
        classes_: (k,) labels.
        selection_: The head, and how it was chosen (`regraft.heads.Selection`).
        uncertainty_: What `predict_sets`, `novelty` and `is_unknown` ask; None where each class is in one fold.
    """

    def fit(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> Self:
        """Compute features, choose the head, and fit it.

        Args:
            X: n images.
            y: (n,) labels of any kind.
            sample_weight: (n,) or None.
            groups: (n,) images with equal values stay in one fold; exact copies do in any case.

        Raises:
            DataError: Some of the files cannot be read, or there is one class only.
            ValueError: X, y, weights or groups differ in length.
            RegraftError: A parameter makes no sense, or the network cannot be had.
        """
        options = self._options()
        images = require_images(X)
        check_consistent_length(images, y, sample_weight, groups)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"All images are of the class {quoted(self.classes_[0])}: there is nothing to tell apart.")
        listed = list_features(images, options)
        named = [None] * len(codes) if groups is None else [str(group) for group in np.asarray(groups)]
        self.selection_ = choose_head(
            listed.features,
            codes.astype(np.int64),
            digests=listed.digests,
            groups=named,
            n_penultimate=listed.n_penultimate,
            options=options,
            sample_weight=sample_weight,
        )
        units = cluster_units(listed.digests, named)
        known = KnownImages.of(listed.features, codes.astype(np.int64), units, self.selection_.found)
        self.uncertainty_: Uncertainty | None = None
        with suppress(HeadError):
            self.uncertainty_ = learn_from(known, self.selection_, options)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float32]:
        """Scores (n, k), or (n,) for two classes."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: Any) -> NDArray[Any]:
        """Labels (n,)."""
        best = self._scores(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Calibrated probabilities (n, k)."""
        scores = self._scores(X)
        return self.selection_.head.probabilities(scores)

    def predict_sets(self, X: Any) -> NDArray[np.bool_]:
        """Classes that each image may be of (n, k), at least one: the true one is among them as `coverage` says.

        Raises:
            HeadError: Nothing could be learnt of it: each class is in one fold.
        """
        probabilities = self.predict_proba(X)
        return self._learnt().sets.sets(probabilities)

    def novelty(self, X: Any) -> NDArray[np.float64]:
        """How strange each image looks, (n,): greater is stranger.

        Raises:
            HeadError: As for `predict_sets`.
        """
        check_is_fitted(self)
        features = self._features(X)
        learnt, head = self._learnt(), self.selection_.head
        return learnt.novelty.novelty(features, head.scores(features).astype(np.float64) / head.temperature)

    def is_unknown(self, X: Any) -> NDArray[np.bool_]:
        """Whether each image looks like none of the classes, (n,): of images of the classes `reject_rate` do.

        Raises:
            HeadError: As for `predict_sets`.
        """
        novelty = self.novelty(X)
        return self._learnt().novelty.is_unknown(novelty)

    def _learnt(self) -> Uncertainty:
        if self.uncertainty_ is None:
            raise HeadError(
                "The classifier names no sets of classes and knows no strangers: each class has images in one fold "
                "only, so none could be judged by others of its class. Add images of other objects."
            )
        found: Uncertainty = self.uncertainty_
        return found

    def _scores(self, X: Any) -> NDArray[np.float32]:
        check_is_fitted(self)
        features = self._features(X)
        return self.selection_.head.scores(features)

    def _features(self, X: Any) -> NDArray[np.float32]:
        return list_features(X, self._options()).features

    def _options(self) -> ProbeOptions:
        return ProbeOptions.of(None, self.get_params())

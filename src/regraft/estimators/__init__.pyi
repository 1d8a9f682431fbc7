from .image_estimators import ImageClassifier as ImageClassifier
from .image_estimators import ImageFeatures as ImageFeatures

__all__ = [
    "ImageClassifier",
    "ImageFeatures",
]

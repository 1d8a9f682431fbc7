from .image_estimators import ImageClassifier, ImageFeatures

__all__ = [
    "ImageClassifier",
    "ImageFeatures",
]

from .class_folders import unpack_dataset
from .coco import COCO_CATEGORIES, Foreground

__all__ = ["COCO_CATEGORIES", "Foreground", "unpack_dataset"]

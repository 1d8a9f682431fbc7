"""How the files of a published data set, trusted with nothing, become class folders of images."""

from regraft.datasets.unpacking.class_folders import unpack_dataset
from regraft.datasets.unpacking.coco import COCO_CATEGORIES, Foreground

__all__ = ["COCO_CATEGORIES", "Foreground", "unpack_dataset"]

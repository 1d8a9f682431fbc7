"""File bytes to uint8 RGB pixels: decoding rules, geometry, threaded batches."""

from regraft.data import UnreadableImageError
from regraft.images.augmentation import AUGMENTATIONS, Augmentation, PolicyName, View
from regraft.images.batches import Batch, decode_batches, source_name
from regraft.images.contact_sheets import contact_sheet
from regraft.images.decoding import (
    ImageSource,
    decode_image,
    digest_array,
    read_bytes,
    read_image,
    transform_array,
)
from regraft.images.failures import N_PIXELS_MAX
from regraft.images.formats import FORMATS
from regraft.images.headers import ImageHeader, read_header, reencode_png
from regraft.images.pixels import GivenImages, PixelImage, as_images, as_pixels, named_pixels, to_pixels
from regraft.images.resampling import HAS_COMPILED_RESAMPLING
from regraft.images.surveying import Look, survey_images
from regraft.images.thumbnails import encode_jpeg, thumbnail_jpeg
from regraft.images.transform import DECODE_RULES_VERSION, ResizePolicy, Transform

__all__ = [
    "AUGMENTATIONS",
    "DECODE_RULES_VERSION",
    "FORMATS",
    "HAS_COMPILED_RESAMPLING",
    "N_PIXELS_MAX",
    "Augmentation",
    "Batch",
    "GivenImages",
    "ImageHeader",
    "ImageSource",
    "Look",
    "PixelImage",
    "PolicyName",
    "ResizePolicy",
    "Transform",
    "UnreadableImageError",
    "View",
    "as_images",
    "as_pixels",
    "contact_sheet",
    "decode_batches",
    "decode_image",
    "digest_array",
    "encode_jpeg",
    "named_pixels",
    "read_bytes",
    "read_header",
    "read_image",
    "reencode_png",
    "source_name",
    "survey_images",
    "thumbnail_jpeg",
    "to_pixels",
    "transform_array",
]

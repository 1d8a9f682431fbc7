from .augmentation import AUGMENTATIONS, Augmentation, PolicyName, View
from .batches import Batch, decode_batches, source_name
from .contact_sheets import contact_sheet
from .decoding import ImageSource, decode_image, digest_array, read_bytes, read_image, read_whole, transform_array
from .failures import N_PIXELS_MAX
from .fixed_views import FIXED_VIEWS, PLAIN, AnyView, FixedView
from .formats import FORMATS
from .headers import read_header, reencode_png, require_pixels
from .pixels import GivenImages, PixelImage, as_images, as_pixels, named_pixels, to_pixels
from .resampling import HAS_COMPILED_RESAMPLING
from .surveying import survey_images
from .thumbnails import encode_jpeg, thumbnail_jpeg
from .tinting import encode_strip, enlarge, tint_cells
from .transform import DECODE_RULES_VERSION, ResizePolicy, Transform

__all__ = [
    "AUGMENTATIONS",
    "DECODE_RULES_VERSION",
    "FIXED_VIEWS",
    "FORMATS",
    "HAS_COMPILED_RESAMPLING",
    "N_PIXELS_MAX",
    "PLAIN",
    "AnyView",
    "Augmentation",
    "Batch",
    "FixedView",
    "GivenImages",
    "ImageSource",
    "PixelImage",
    "PolicyName",
    "ResizePolicy",
    "Transform",
    "View",
    "as_images",
    "as_pixels",
    "contact_sheet",
    "decode_batches",
    "decode_image",
    "digest_array",
    "encode_jpeg",
    "encode_strip",
    "enlarge",
    "named_pixels",
    "read_bytes",
    "read_header",
    "read_image",
    "read_whole",
    "reencode_png",
    "require_pixels",
    "source_name",
    "survey_images",
    "thumbnail_jpeg",
    "tint_cells",
    "to_pixels",
    "transform_array",
]

from .file_listing import EXTENSIONS, has_image_name, list_files, walk_files
from .first_bytes import look_at
from .folder_reading import read_folder, relative_path
from .folder_remarks import remark_on_files, remark_on_layout
from .layouts import Layout, Placement, place_images, read_layout
from .leftovers import COMPANION, is_hidden, leftover_reason
from .split_words import SPLIT_NAMES, said_split
from .trees import tree_of

__all__ = [
    "COMPANION",
    "EXTENSIONS",
    "SPLIT_NAMES",
    "Layout",
    "Placement",
    "has_image_name",
    "is_hidden",
    "leftover_reason",
    "list_files",
    "look_at",
    "place_images",
    "read_folder",
    "read_layout",
    "relative_path",
    "remark_on_files",
    "remark_on_layout",
    "said_split",
    "tree_of",
    "walk_files",
]

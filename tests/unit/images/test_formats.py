from __future__ import annotations

import pytest
from PIL import Image

from regraft.data import require_readable
from regraft.images import FORMATS, UnreadableImageError
from regraft.images.formats import _READERS, decode_still


@pytest.mark.parametrize("kind", FORMATS)
def test_content_decides_the_format(kind, encode, make_photo):
    """The first bytes of every format are known, and there is a reader for each."""
    assert set(_READERS) == set(FORMATS)
    assert require_readable(encode(make_photo(8, 8), kind)) == kind


def test_other_plugins_stay_out(encode, make_photo):
    """An image that Pillow could open by a plug-in that we do not use is refused."""
    with pytest.raises(UnreadableImageError, match="it is TGA; convert it"):
        require_readable(encode(make_photo(8, 8), "TGA"))


def test_the_first_picture_of_an_apng_is_taken(encode):
    """Of an animated PNG the default image counts."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert decode_still(data, "PNG").image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_webp_that_is_cut_off_says_so(encode, make_photo):
    """The stated length tells that bytes are missing."""
    data = encode(make_photo(40, 40), "WEBP")
    with pytest.raises(UnreadableImageError, match=r"10 of .* bytes are missing") as caught:
        decode_still(data[:-10], "WEBP")
    assert caught.value.reason == "truncated"

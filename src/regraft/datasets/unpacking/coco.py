"""Visual wake words: COCO's boxes turned into one question for each photo. Is there a person in it?

The rule is TF-Slim's (`download_and_convert_visualwakewords_lib.py`; Chowdhery et al. 2019, arXiv:1906.05721): a photo
shows the category if one object of it has an `area` of more than 0.5 % of the photo. COCO's `area` is that of the
object's outline, which is smaller than its box.
"""

from __future__ import annotations

from pydantic import Field

from regraft.core import Options, Registry

_CATEGORIES = """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
    parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
    handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard,
    surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange,
    broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
    mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors,
    teddy bear, hair drier, toothbrush
"""
COCO_CATEGORIES: Registry[str] = Registry(
    "category of COCO", {name.strip(): name.strip() for name in _CATEGORIES.split(",")}
)
"""The 80 kinds of things in COCO's photos of 2014 and 2017."""


class Foreground(Options):
    """What counts as shown.

    Attributes:
        category: One of COCO's.
        area: Part of the photo's area that an object must exceed.
    """

    category: str = "person"
    area: float = Field(0.005, ge=0, lt=1)

"""Every saved value holds names of any bytes, and is JSON that every reader accepts."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import get_args

import pytest

import regraft
from regraft.core import Value

ODD = "caf\udce9"


def all_values():
    """Every class of values in the package."""
    for module in pkgutil.walk_packages(regraft.__path__, "regraft."):
        if module.name != "regraft.__main__":
            importlib.import_module(module.name)
    found, waiting = set(), [Value]
    while waiting:
        waiting += (kind := waiting.pop()).__subclasses__()
        found.add(kind)
    return sorted(
        (kind for kind in found if kind.__module__.startswith("regraft.")), key=lambda kind: kind.__qualname__
    )


def holds_text(annotation):
    """Whether a text can be in a field of this type."""
    return annotation is str or any(holds_text(part) for part in get_args(annotation))


def odd_one(annotation):
    """Something for a field of this type, with a name that is no Unicode in it."""
    written = str(annotation)
    if "dict" in written:
        return {ODD: ODD}
    return ((ODD,),) if "tuple[tuple" in written else (ODD,) if "tuple" in written else ODD


@pytest.mark.parametrize("kind", all_values(), ids=lambda kind: kind.__qualname__)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_a_name_that_is_no_unicode_gives_valid_json(kind):
    """Whichever field of whichever value holds it, the JSON can be encoded, and shows the same escape."""
    for name, field in kind.model_fields.items():
        if holds_text(field.annotation):
            value = kind.model_construct(**{name: odd_one(field.annotation)})
            text = value.model_dump_json(include={name})
            assert "caf\\\\udce9" in text, name
            json.loads(text.encode("utf-8"))
            json.dumps(value.model_dump(mode="json", include={name}), ensure_ascii=False).encode("utf-8")

"""Regraft: a folder of labelled images in, a measured classifier out.

    import regraft

    result = regraft.probe("photos")              # photos/CLASS/image.jpg
    print(result.assessment.sentence, result.report)
    classifier = regraft.load(result.bundle)
    classifier.predict("new.jpg")

The verbs of the command line are functions here, with the same options by name; `docs/api.md` tells what is public.
Nothing is imported before it is used: `__init__.pyi` says where everything comes from.
"""

from typing import Any

import lazy_loader

_find, _, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = sorted([*_names, "__version__"])  # noqa: PLE0605 - the stub says it for tools


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'regraft' has no attribute {name!r}")
    if name == "__version__":
        from importlib.metadata import version

        return version("regraft")
    return _find(name)


def __dir__() -> list[str]:
    return __all__

"""What an own network wants to be given: declared beside it, by a decorator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from regraft.core import OptionError, Value, explain_validation
from regraft.images import ResizePolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

_ATTRIBUTE = "regraft_input"


class NetworkInput(Value):
    """The images that a network takes: `image_size` x `image_size`, each value scaled to (p / 255 - mean) / std."""

    image_size: int = Field(ge=8, le=4096)
    colour: Literal["rgb", "grey"] = "rgb"
    resize: ResizePolicy = "squash"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"] = "bilinear"
    crop_fraction: float = Field(1.0, gt=0, le=1)

    @field_validator("mean", "std", mode="before")
    @classmethod
    def _for_all_planes(cls, value: Any) -> Any:
        return (value, value, value) if isinstance(value, (int, float)) else value


def network_input(**settings: Any) -> Callable[[Function], Function]:
    """Declare what a network of your own takes.

        @regraft.network_input(image_size=32, colour="grey", mean=0.5, std=0.25)
        def network() -> nn.Module: ...

    Args:
        **settings: `image_size` in pixels (required); `colour` "rgb" or "grey" (3 planes or 1); `resize` "squash",
            "crop" or "letterbox"; `mean` and `std`, a number or one for each plane, of pixels scaled to 0 .. 1;
            `interpolation`; `crop_fraction`.

    Returns:
        A decorator that notes them on the function.

    Raises:
        OptionError: A setting is unknown or out of range.
    """
    try:
        declared = NetworkInput(**settings)
    except ValidationError as error:
        raise OptionError(f"@network_input: {explain_validation(error)}") from error

    def note(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, declared)
        return function

    return note


def declared_input(function: Callable[..., Any]) -> NetworkInput | None:
    """What a function's decorator declares; None without one."""
    return getattr(function, _ATTRIBUTE, None)

"""Nested states as tensors and JSON: what checkpoints are made of. No pickle: nothing in a file can run."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

_PLAIN = (str, int, float, bool, type(None))
_N_DEPTH_MAX = 50


def flatten_state(tree: Any) -> tuple[Any, dict[str, torch.Tensor]]:
    """Split a state into JSON and tensors.

    Args:
        tree: Dictionaries (keys of any plain type), lists, tuples, numbers, strings, None, tensors and numpy arrays.

    Returns:
        JSON, in which every container but a list, and every tensor, is an object with one entry that names its kind;
        and the tensors, on the CPU.

    Raises:
        TypeError: Something else is in it.
    """
    tensors: dict[str, torch.Tensor] = {}

    def walk(node: Any) -> Any:
        match node:
            case torch.Tensor() | np.ndarray():
                name = f"{len(tensors):06}"
                kind, tensor = ("array", torch.from_numpy(node)) if isinstance(node, np.ndarray) else ("tensor", node)
                tensors[name] = tensor.detach().cpu().contiguous().clone()
                return {kind: name}
            case dict():
                return {"dict": [[walk(key), walk(value)] for key, value in node.items()]}
            case tuple():
                return {"tuple": [walk(value) for value in node]}
            case list():
                return [walk(value) for value in node]
            case np.generic():
                return node.item()
            case _ if isinstance(node, _PLAIN):
                return node
        raise TypeError(f"A checkpoint cannot hold a {type(node).__name__}.")

    return walk(tree), tensors


def restore_state(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:  # noqa: C901 - one line for each kind
    """The state that `flatten_state` split.

    Raises:
        ValueError: They do not belong together.
    """

    def walk(node: Any, depth: int = 0) -> Any:
        if depth > _N_DEPTH_MAX:
            raise ValueError("too deep")
        match node:
            case list():
                return [walk(value, depth + 1) for value in node]
            case {"tensor": str(name)} if name in tensors:
                return tensors[name]
            case {"array": str(name)} if name in tensors:
                return tensors[name].numpy()
            case {"dict": list(pairs)} if all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
                return {walk(key, depth + 1): walk(value, depth + 1) for key, value in pairs}
            case {"tuple": list(values)}:
                return tuple(walk(value, depth + 1) for value in values)
            case _ if isinstance(node, _PLAIN):
                return node
        raise ValueError("not a state")

    return walk(tree)

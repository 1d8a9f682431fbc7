"""Small mistakes in a module, one at a time: what `mutations.py` hopes that tests catch."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

PACKAGE = Path(__file__).parents[1] / "src" / "regraft"

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_TWINS = (
    ("min", "max"), ("any", "all"), ("minimum", "maximum"), ("argmin", "argmax"), ("float32", "float64"),
    ("zeros", "ones"), ("floor", "ceil"), ("append", "remove"), ("setdiff1d", "intersect1d"),
)  # fmt: skip
_NAMES = {one: two for pair in _TWINS for one, two in (pair, pair[::-1])}
_IDENTITIES = ("astype", "copy", "reversed", "sorted", "abs")
"""Calls that may be left out: their argument, or what they are called on, is of the same kind."""


@dataclass(frozen=True)
class Mistake:
    """One change of a module.

    Attributes:
        module: As `heads/solver`.
        line: Where it begins.
        before: The statement as it is.
        after: The statement as it is run.
        code: The compiled module.
    """

    module: str
    line: int
    before: str
    after: str
    code: CodeType


def mistakes(module: str) -> Iterator[Mistake]:
    """All mistakes that are made in a module, in its order."""
    path = PACKAGE / f"{module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement, place, key, node in list(places(tree)):
        before = headline(statement)
        for other in variants(node):
            put(place, key, other)
            code = compile(ast.fix_missing_locations(tree), path, "exec")
            after = headline(other) if isinstance(other, ast.stmt) else headline(statement)
            yield Mistake(module, statement.lineno, before, f"pass  # {before}" if after == "pass" else after, code)
        put(place, key, node)


def places(tree: ast.Module) -> Iterator[tuple[ast.stmt, Any, str | int, ast.AST]]:
    """Every node that may be another: its statement, and where it hangs."""

    def below(node: ast.AST, statement: ast.stmt | None) -> Iterator[tuple[ast.stmt, Any, str | int, ast.AST]]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_params", "names"):
                continue
            pairs = (
                [(node, name, value)] if not isinstance(value, list) else [(value, n, v) for n, v in enumerate(value)]
            )
            for place, key, child in pairs:
                if not isinstance(child, ast.AST) or is_unlived(child):
                    continue
                inner = child if isinstance(child, ast.stmt) else statement
                if inner is not None:
                    yield inner, place, key, child
                yield from below(child, inner)

    return below(tree, None)


def is_unlived(node: ast.AST) -> bool:
    """Whether a node is left to others: docstrings, imports, and types, which a type checker reads."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.Assert():
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
            return True
        case ast.Assign(value=ast.Subscript(value=ast.Name(id="Literal"))) | ast.keyword(arg="strict"):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def put(place: Any, key: str | int, node: ast.AST) -> None:
    """Hang a node where another was."""
    if isinstance(key, int):
        place[key] = node
    else:
        setattr(place, key, node)


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What a tired programmer might have written instead."""
    match node:
        case ast.stmt():
            yield from other_statements(node)
        case ast.Constant(value=value):
            yield from (ast.Constant(other) for other in other_values(value))
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Name(_NAMES[name], node.ctx)
        case ast.Attribute(attr=name) if name in _NAMES:
            yield ast.Attribute(node.value, _NAMES[name], node.ctx)
        case ast.Call():
            yield from other_calls(node)
        case ast.comprehension() if node.ifs:
            yield ast.comprehension(node.target, node.iter, [negated(test) for test in node.ifs], node.is_async)
        case ast.expr() | ast.Slice():
            yield from other_operations(node)


def other_operations(node: ast.expr) -> Iterator[ast.expr]:
    """Another operator, or none."""
    match node:
        case ast.Compare(ops=[operator]):
            yield ast.Compare(node.left, [_COMPARISONS[type(operator)]()], node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.BinOp() if type(node.op) in _OPERATORS:
            yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
        case ast.UnaryOp(operand=operand) if not isinstance(operand, ast.Constant):
            yield operand
        case ast.IfExp():
            yield ast.IfExp(negated(node.test), node.body, node.orelse)
        case ast.Slice(lower=lower, upper=upper, step=None):
            yield from [ast.Slice(None, upper)] * (lower is not None) + [ast.Slice(lower, None)] * (upper is not None)


def other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """A statement left out, or turned round."""
    match node:
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign():
            yield from (ast.Pass(), ast.AugAssign(node.target, _OPERATORS[type(node.op)](), node.value))
        case ast.Expr() | ast.Raise() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Break() | ast.Continue():
            yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        case ast.If() | ast.While():
            yield type(node)(negated(node.test), node.body, node.orelse)


def other_calls(node: ast.Call) -> Iterator[ast.expr]:
    """A call left out, or without one of its named arguments, but for a check of the program on itself."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _IDENTITIES and not node.keywords:
            yield node.args[0] if isinstance(value, ast.Name) and value.id == "np" else value
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _IDENTITIES:
            yield argument
    for place in (place for place, keyword in enumerate(node.keywords) if keyword.arg != "strict"):
        yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])


def other_values(value: object) -> Iterator[Any]:
    """Another constant of the same type."""
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case float():
            yield from (value + 1, 0.0) if value else (1.0,)
        case str():
            yield "" if value else "XX"
        case bytes():
            yield b"" if value else b"XX"


def negated(test: ast.expr) -> ast.expr:
    """The opposite of a condition."""
    return (
        test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
    )


def headline(statement: ast.stmt) -> str:
    """A statement in one line, of a long one the beginning."""
    shallow = type(statement)(**dict(ast.iter_fields(statement)))
    for name in ("body", "orelse", "handlers", "finalbody", "decorator_list"):
        if hasattr(shallow, name):
            setattr(shallow, name, [ast.Pass()] if name in ("body", "finalbody") else [])
    return ast.unparse(ast.fix_missing_locations(shallow)).splitlines()[0]

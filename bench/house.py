"""The size and shape of the house: lines by floor, the largest module, long functions, arrows between floors.

Reads the source only; with an earlier checkout beside this one it prints both. Arrows are pairs of floors of which one
imports the other; back arrows are those that point down the floor plan of `pyproject.toml`.

    git worktree add ../before COMMIT
    python bench/house.py ../before
    python bench/house.py --quick               # this checkout alone
"""

from __future__ import annotations

import ast
import statistics
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rounds import new_parser

HERE = Path(__file__).resolve().parents[1]
LONG = 40
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class House:
    """A checkout's source.

    Attributes:
        tree: Its folder.
        lines: Of every module, by its path below the package; its `.pyi` counts with it.
        long_functions: Names of functions with more lines than `LONG`, and their lines.
        arrows: Pairs of floors: who imports whom.
    """

    tree: Path
    lines: Counter[Path]
    long_functions: dict[str, int]
    arrows: frozenset[tuple[str, str]]

    @classmethod
    def at(cls, tree: Path) -> House:
        """Read a checkout."""
        package = tree / "src" / "regraft"
        lines: Counter[Path] = Counter()
        long: dict[str, int] = {}
        arrows: set[tuple[str, str]] = set()
        for path in sorted(path for path in package.rglob("*") if path.suffix in {".py", ".pyi"}):
            module = path.relative_to(package).with_suffix(".py")
            text = path.read_text(encoding="utf-8")
            lines[module] += len(text.splitlines())
            syntax = ast.parse(text)
            long |= {f"{module}: {name}": n for name, n in long_functions(syntax).items()}
            if len(module.parts) > 1:
                arrows |= {(module.parts[0], floor) for floor in imported_floors(syntax) if floor != module.parts[0]}
        return cls(tree, lines, long, frozenset(arrows))

    def by_floor(self) -> Counter[str]:
        """Lines by floor; the package's own modules count as `regraft`."""
        counts: Counter[str] = Counter()
        for module, n in self.lines.items():
            counts[module.parts[0] if len(module.parts) > 1 else "regraft"] += n
        return counts

    def back_arrows(self) -> list[tuple[str, str]]:
        """Arrows that point down the floor plan."""
        project = tomllib.loads((self.tree / "pyproject.toml").read_text(encoding="utf-8"))
        contracts = project["tool"]["importlinter"]["contracts"]
        layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
        height = {floor.strip(): -place for place, layer in enumerate(layers) for floor in layer.split("|")}
        return [arrow for arrow in self.arrows if height[arrow[0]] <= height[arrow[1]]]


def long_functions(module: ast.Module) -> dict[str, int]:
    """Names of functions with more than `LONG` lines, and how many they have."""
    counts = ((node.name, count_lines(node)) for node in ast.walk(module) if isinstance(node, Function))
    return {name: n for name, n in counts if n > LONG}


def count_lines(function: Function) -> int:
    """A function's lines from its `def` to its end, the docstring not counted."""
    n = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return n - ((first.end_lineno or 0) - first.lineno + 1) if is_documented else n


def imported_floors(module: ast.Module) -> set[str]:
    """The floors that a module imports."""
    modules = [node.module or "" for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module.startswith("regraft.")}


def main() -> None:
    """Print."""
    parser = new_parser(__doc__)
    parser.add_argument("before", type=Path, nargs="?")
    arguments = parser.parse_args()
    trees = [HERE] if arguments.before is None or arguments.quick else [arguments.before.resolve(), HERE]
    houses = [House.at(tree) for tree in trees]
    if not all(house.lines for house in houses):
        parser.error(f"there is no checkout of Regraft at {arguments.before}: git worktree add makes one of a commit")
    print_rows(houses)
    for name, n in houses[-1].long_functions.items():
        print(f"  {n} lines: {name}")


def print_rows(houses: list[House]) -> None:
    """A row for each floor, and the totals."""

    def row(what: str, *values: float) -> None:
        print(f"{what:<34}" + "".join(f"{value:>10,.0f}" for value in values))

    print(f"{'':<34}" + "".join(f"{title:>10}" for title in ("before", "now")[-len(houses) :]))
    for floor in sorted({floor for house in houses for floor in house.by_floor()}):
        row(f"lines of {floor}", *(house.by_floor()[floor] for house in houses))
    row("lines in all", *(sum(house.lines.values()) for house in houses))
    row("modules", *(len(house.lines) for house in houses))
    row("median lines of a module", *(statistics.median(house.lines.values()) for house in houses))
    row("lines of the largest module", *(max(house.lines.values()) for house in houses))
    row(f"functions over {LONG} lines", *(len(house.long_functions) for house in houses))
    row("arrows between floors", *(len(house.arrows) for house in houses))
    row("arrows back", *(len(house.back_arrows()) for house in houses))


if __name__ == "__main__":
    main()

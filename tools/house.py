"""Measure the plan of the house: ``python -m tools.house [CHECKOUT]``.

It parses every module below ``src/preserve`` and prints its figures as one table: sizes, arrows between rooms, circles,
the face of the library, comments, docstrings and types. Nothing of the package is imported or run, so the figures of
an old checkout can be compared with those of a new one.

A *room* is a folder or a module directly below ``src/preserve``. An *arrow* leads from a room to another that it
imports from while it is imported itself; an import inside a function or under ``TYPE_CHECKING`` draws none.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tokenize import COMMENT, generate_tokens

PACKAGE = "preserve"


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the package.

    Attributes:
        name: Its dotted name, without ``preserve.``; empty for the package itself.
        lines: How many lines it has.
        comments: How many of them hold a comment.
        tree: Its syntax tree.
    """

    name: str
    lines: int
    comments: int
    tree: ast.Module

    @property
    def room(self) -> str:
        """The room that it belongs to."""
        return self.name.partition(".")[0]


def read_modules(checkout: Path) -> dict[str, Module]:
    """Parse the modules of a checkout, by name.

    Raises:
        FileNotFoundError: There is no package in it.
    """
    root = checkout / "src" / PACKAGE
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: there is no package here")
    modules = {}
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tokens = generate_tokens(iter(text.splitlines(keepends=True)).__next__)
        comments = len({token.start[0] for token in tokens if token.type == COMMENT})
        modules[name] = Module(name, len(text.splitlines()), comments, ast.parse(text))
    return modules


def imports(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """Give the modules of the package that a module imports while it is imported itself."""
    for node in _run_at_import(module.tree.body):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            if node.module != PACKAGE and not node.module.startswith(f"{PACKAGE}."):
                continue
            base = node.module.removeprefix(PACKAGE).removeprefix(".")
            for alias in node.names:
                below = f"{base}.{alias.name}".removeprefix(".")
                yield below if below in modules else base
        elif isinstance(node, ast.Import):
            yield from (
                alias.name.removeprefix(f"{PACKAGE}.") for alias in node.names if alias.name.startswith(f"{PACKAGE}.")
            )


def _run_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that may run when a module is imported: any branch, but no function."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _run_at_import(node.orelse)
        elif isinstance(node, ast.If):
            yield from _run_at_import([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            handled = [each for handler in node.handlers for each in handler.body]
            yield from _run_at_import([*node.body, *handled, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.With | ast.ClassDef):
            yield from _run_at_import(node.body)
        else:
            yield node


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of places that can each be reached from all others of the group, by Tarjan's algorithm."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(place: str) -> None:
        index[place] = low[place] = len(index)
        stack.append(place)
        for other in sorted(arrows.get(place, ())):
            if other not in index:
                visit(other)
                low[place] = min(low[place], low[other])
            elif other in stack:
                low[place] = min(low[place], index[other])
        if low[place] == index[place]:
            at = stack.index(place)
            group = sorted(stack[at:])
            del stack[at:]
            if len(group) > 1:
                groups.append(group)

    for place in sorted(arrows):
        if place not in index:
            visit(place)
    return groups


def _public(modules: Mapping[str, Module]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield node
                if isinstance(node, ast.ClassDef):
                    yield from (
                        each
                        for each in node.body
                        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")
                    )


def _is_typed(function: ast.FunctionDef) -> bool:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return function.returns is not None and all(
        each.annotation is not None or each.arg in {"self", "cls"} for each in given
    )


def count_face(checkout: Path) -> int:
    """Count the names that ``import preserve`` gives: those of ``__all__``, else those that a stub gives on.

    A stub gives a name on by ``import a as a``, as the typing specification says of stub files.
    """
    root = checkout / "src" / PACKAGE
    for path in (root / "__init__.pyi", root / "__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
        for node in body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets):
                    return len(ast.literal_eval(node.value))
        given = [alias for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
        if path.suffix == ".pyi" and given:
            return sum(alias.asname == alias.name for alias in given)
    return 0


def figures(checkout: Path) -> dict[str, str]:
    """Return the figures of a checkout, each with its name."""
    modules = read_modules(checkout)
    sizes = sorted(module.lines for module in modules.values())
    ninth = quantiles(sizes, n=10, method="inclusive")[-1]
    largest = max(modules.values(), key=lambda module: module.lines)
    between = {name: set(imports(module, modules)) - {name} for name, module in modules.items()}
    rooms: dict[str, set[str]] = {}
    for name, others in between.items():
        here = modules[name].room
        rooms.setdefault(here, set()).update({other.partition(".")[0] for other in others} - {here, ""})
    functions = [
        node for module in modules.values() for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)
    ]
    public = list(_public(modules))
    names: dict[str, int] = {}
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                names[node.name] = names.get(node.name, 0) + 1
    lines = sum(sizes)
    commented = sum(module.comments for module in modules.values())
    documented = sum(ast.get_docstring(node) is not None for node in public)
    tests = [path for path in sorted((checkout / "tests").rglob("*.py")) if path.is_file()]
    return {
        "lines": f"{lines:,}",
        "modules": str(len(modules)),
        "median, 90th percentile and largest module": (
            f"{median(sizes):.0f}, {ninth:.0f}, {largest.lines} ({largest.name or PACKAGE})"
        ),
        "rooms": str(len(rooms) - ("" in rooms)),
        "arrows between rooms": str(sum(len(others) for here, others in rooms.items() if here)),
        "circles of rooms": str(len(circles(rooms))),
        "circles of modules": str(len(circles(between))),
        "names in the face of the library": str(count_face(checkout)),
        "public classes that share a name": str(sum(1 for count in names.values() if count > 1)),
        "lines with a comment": f"{commented / lines:.1%}",
        "typed functions": f"{sum(map(_is_typed, functions)) / len(functions):.0%}",
        "public names with a docstring": f"{documented / len(public):.0%}",
        "lines of tests": f"{sum(len(path.read_text(encoding='utf-8').splitlines()) for path in tests):,}",
    }


def main(arguments: list[str]) -> int:
    """Print the figures of some checkouts side by side; of the one we are in when none is named."""
    checkouts = [Path(each) for each in arguments] or [Path(__file__).parents[1]]
    columns = [figures(checkout) for checkout in checkouts]
    width = max(map(len, columns[0]))
    for name in columns[0]:
        sys.stdout.write(f"{name:<{width}}  " + "  ".join(f"{column[name]:>24}" for column in columns) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

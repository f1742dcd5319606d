"""The rule that a room is entered by its face, as a contract for import-linter.

A *room* is a package, and its face is what ``__init__`` gives: ``preserve.archive`` may import ``preserve.bag``, and
not ``preserve.bag.writing.stage``. Rooms inside a room have the same rule among themselves, while a module reaches
those beside it, and those of the rooms that it lies in, directly.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

__all__ = ["FacesContract"]


class FacesContract(Contract):
    """Keeps imports from going past a face.

    Attributes:
        root: The package whose rooms these are.
        modules_as_names: Patterns of modules that a face gives as they are, like ``preserve.report.*``.
    """

    root = fields.StringField()
    modules_as_names = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - the protocol has it
        """Look at each import in the package."""
        named = cast("list[str]", self.modules_as_names)
        past: list[str] = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                face = _face(graph, importer, imported)
                if face is not None and not any(fnmatchcase(imported, each) for each in named):
                    past.append(f"{importer} imports {imported}: let it import from {face}")
        return ContractCheck(kept=not past, metadata={"past": past})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that goes past a face."""
        for line in check.metadata["past"]:
            output.print_error(line)


def _face(graph: ImportGraph, importer: str, imported: str) -> str | None:
    """Return the face that an import goes past; ``None`` when it goes past none."""
    inside, parts = importer.split("."), imported.split(".")
    shared = 0
    while shared < min(len(inside), len(parts)) and inside[shared] == parts[shared]:
        shared += 1
    door = ".".join(parts[: shared + 1])
    return door if shared and door != imported and graph.find_children(door) else None

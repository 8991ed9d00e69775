"""A contract for import-linter: other packages import a package, never a module inside it.

``pyproject.toml`` lists it under ``[tool.importlinter]``; ``make check`` runs it.
"""

from __future__ import annotations

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class FaceContract(Contract):
    """No import reaches past the face of a package.

    A module may be imported by the modules of its own package and of the packages below that; all others take its
    names from the package. ``exposed`` are modules that are themselves part of their package's face.
    """

    type_name = "faces"

    exposed = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        listed: Any = self.exposed  # the set itself where there is one: import-linter fills its fields in
        exposed = {expression.expression for expression in listed or ()}
        past = sorted(
            (importer, imported)
            for imported in graph.modules
            if not graph.is_module_squashed(imported) and imported not in exposed and is_inside(graph, imported)
            for importer in graph.find_modules_that_directly_import(imported)
            if not f"{importer}.".startswith(f"{imported.rpartition('.')[0]}.")
        )
        return ContractCheck(kept=not past, metadata={"past": past})

    def render_broken_contract(self, check: ContractCheck) -> None:
        past: list[tuple[str, str]] = check.metadata["past"]
        for importer, imported in past:
            output.print_error(f"{importer} imports {imported}; import from {imported.rpartition('.')[0]} instead.")


def is_inside(graph: Any, module: str) -> bool:
    """Whether a module lies inside a package that has a face: no package itself, and not at the top of ``explorer``."""
    return module.count(".") > (1 if module.startswith("explorer.") else 0) and not graph.find_children(module)

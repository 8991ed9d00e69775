"""Print figures of the import graph and of the code: rooms, floors, arrows, circles, lengths of functions and files.

usage: python scripts/import_graph.py [FOLDER] [--json]

A room is what stands directly in ``explorer/`` or in ``explorer/ui/`` (a package, or a module where there is none),
besides ``models`` and ``pages``; lazy imports and imports for types count. A floor is a step of the longest
chain of imports between rooms, rooms of a circle taken together. An arrow is a pair of rooms of which one imports the
other. With ``--json`` the figures are one JSON object.
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("models", "explorer", "pages")  # app.py, at the top, is no package
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
Arrows = set[tuple[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description="Figures of the import graph.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT, help="a checkout; this one by default")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    args = parser.parse_args()
    sys.path.insert(0, str(args.folder.resolve()))
    found = {**figures_of_imports(), **figures_of_code(args.folder)}
    print(json.dumps(found) if args.json else "\n".join(f"{name:32} {value}" for name, value in found.items()))
    return 0


def figures_of_imports() -> dict[str, Any]:
    """Rooms, floors, arrows and circles of rooms and of modules."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)}
    rooms = {(room(a), room(b)) for a, b in imports if room(a) != room(b)}
    core = {(a, b) for a, b in rooms if is_core(a) and is_core(b)}
    return {
        "modules": len(graph.modules),
        "rooms of the core": len({room(m) for m in graph.modules if is_core(room(m))}),
        "floors of the core": floors(core),
        "arrows of the core": len(core),
        "rooms": len({room(m) for m in graph.modules}),
        "floors": floors(rooms),
        "arrows": len(rooms),
        "circles of rooms": circles(rooms),
        "circles of modules": circles(imports),
    }


def room(module: str) -> str:
    """The room of a module: ``explorer.maps.fits.quality`` -> ``explorer.maps``."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["explorer", "ui"] else 2 if parts[0] == "explorer" else 1])


def is_core(name: str) -> bool:
    return name == "models" or (name.startswith("explorer.") and not name.startswith("explorer.ui"))


def floors(arrows: Arrows) -> int:
    """The number of nodes on the longest chain, each circle taken as one node."""
    leader = {name: min(group) for group in strongly_connected(arrows) for name in group}
    below: dict[str, set[str]] = defaultdict(set)
    for a, b in arrows:
        if leader[a] != leader[b]:
            below[leader[a]].add(leader[b])
    heights: dict[str, int] = {}

    def height(name: str) -> int:
        if name not in heights:
            heights[name] = 1 + max((height(other) for other in below[name]), default=0)
        return heights[name]

    return max((height(name) for name in set(leader.values())), default=0)


def circles(arrows: Arrows) -> int:
    return sum(len(group) > 1 for group in strongly_connected(arrows))


def strongly_connected(arrows: Arrows) -> list[frozenset[str]]:
    """The groups of nodes that reach each other, by reachability: the graph is small."""
    reach = {name: reachable(name, arrows) for arrow in arrows for name in arrow}
    return list({frozenset({b for b in reach[a] if a in reach[b]} | {a}) for a in reach})


def reachable(start: str, arrows: Arrows) -> set[str]:
    after: dict[str, set[str]] = defaultdict(set)
    for a, b in arrows:
        after[a].add(b)
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for name in after[ahead.pop()] - found:
            found.add(name)
            ahead.append(name)
    return found


def figures_of_code(folder: Path) -> dict[str, Any]:
    """Lengths of functions and files, and the names that two or more modules define at their top level."""
    lengths, names, files = [], Counter[str](), dict[str, int]()
    for path in sources(folder):
        text = path.read_text(encoding="utf-8")
        files[str(path.relative_to(folder))] = len(text.splitlines())
        tree = ast.parse(text)
        lengths += [body_lines(node) for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
        names.update(set(defined(tree)))
    longest = max(files, key=files.__getitem__)
    return {
        "median function, lines": statistics.median(lengths),
        "90th percentile function, lines": sorted(lengths)[int(0.9 * len(lengths))],
        "longest file": f"{files[longest]} lines, {longest}",
        "names defined twice": sum(count > 1 for count in names.values()),
    }


def sources(folder: Path) -> Iterator[Path]:
    yield folder / "app.py"
    for name in PACKAGES:
        yield from sorted((folder / name).rglob("*.py"))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from its ``def`` to its end, the docstring left out."""
    doc = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
    documented = (doc.end_lineno or 0) - doc.lineno + 1 if doc else 0
    return (node.end_lineno or 0) - node.lineno + 1 - documented


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions, classes and constants of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


if __name__ == "__main__":
    sys.exit(main())

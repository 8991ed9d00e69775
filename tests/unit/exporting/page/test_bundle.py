"""Modules joined to one script do what they do one by one, and those that cannot be joined are refused."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from explorer.exporting.page import bundle
from explorer.exporting.page.bundle import bundled
from explorer.exporting.page.page import INSTEAD
from tests.helpers import node

MAINS = ("page/page.js", "decoder/worker.js", "live/live.js", "map/map.js")


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of modules of its own in the place of the components'."""
    monkeypatch.setattr(bundle, "COMPONENTS", tmp_path)
    monkeypatch.setattr(bundle, "module_source", lambda name: (tmp_path / name).read_text())
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    return tmp_path


def run(script: str) -> str:
    """What node prints of a script."""
    done = subprocess.run([node(), "-e", script], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_exports_reach_those_who_import_them(modules: Path) -> None:
    (modules / "a/main.js").write_text(
        '// The main one.\nimport { twice as double, Box } from "../b/tools.js";\nimport start from "./start.js";\n'
        'import {\n  ONE,\n} from "../b/tools.js";\n/** A comment\n * of two lines. */\nconst { log } = console;\n'
        "log(double(ONE) + new Box().value + start());\n"
    )
    (modules / "a/start.js").write_text('import { ONE } from "../b/tools.js";\nexport default () => 100 * ONE;\n')
    (modules / "b/tools.js").write_text(
        "export const ONE = 1;\nexport function twice(x) {\n  return 2 * x;\n}\nexport class Box {\n  value = 10;\n}\n"
        'console.log("once");\n'
    )
    assert run(bundled("a/main.js")).split() == ["once", "112"]


def test_another_module_takes_the_place(modules: Path) -> None:
    (modules / "a/main.js").write_text('import { where } from "../b/here.js";\nconsole.log(where);\n')
    (modules / "b/here.js").write_text("export const where = import.meta.url;\n")
    (modules / "b/there.js").write_text('export const where = "there";\n')
    assert run(bundled("a/main.js", {"b/here.js": "b/there.js"})) == "there"
    with pytest.raises(ValueError, match=r"b/here\.js cannot be joined with others: import\.meta"):
        bundled("a/main.js")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('import { b } from "../b/b.js";\nexport let a = b;\n', "cannot be joined with others: export let a"),
        ('import * as b from "../b/b.js";\nconsole.log(b);\n', r"cannot be joined with others: import \*"),
        ('const b = await import("../b/b.js");\n', "cannot be joined with others: import\\("),
        ('import { b } from "../b/b.js";\nexport const a = () => b;\n', r"circle: a/a\.js b/b\.js a/a\.js"),
    ],
)
def test_what_cannot_be_joined_is_refused(modules: Path, source: str, said: str) -> None:
    (modules / "a/a.js").write_text(source)
    (modules / "b/b.js").write_text('import { a } from "../a/a.js";\nexport const b = () => a;\n' if "circle" in said
                                    else "export const b = 1;\n")  # fmt: skip
    with pytest.raises(ValueError, match=said):
        bundled("a/a.js")


@pytest.mark.parametrize("main", MAINS)
def test_the_components_join(main: str, tmp_path: Path) -> None:
    text = bundled(main, INSTEAD)
    script = tmp_path / "joined.js"
    script.write_text(text, encoding="utf-8")
    subprocess.run([node(), "--check", str(script)], check=True, timeout=60)
    assert not re.search(r"^\s*(//(?! \w+/\w+\.js$)|/\*.*\*/$)", text, re.MULTILINE)  # comments take room
    assert not re.search(r"\b(eval|Function)\(|https?://", text)

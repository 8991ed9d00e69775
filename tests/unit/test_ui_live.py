"""How the live component's source and payload are put together."""

from __future__ import annotations

import json
import re
import struct

from explorer.settings import PROJECT
from explorer.ui.live import HERE, MODULES, pack, source


def test_every_module_is_joined_once_and_none_is_long() -> None:
    assert {path.name for path in HERE.glob("*.js")} == set(MODULES)
    assert all(len((HERE / name).read_text().splitlines()) <= 400 for name in MODULES)


def test_the_joined_source_has_one_export_and_no_import() -> None:
    text = source()
    assert not re.findall(r"^import ", text, flags=re.MULTILINE)
    assert re.findall(r"^export .*", text, flags=re.MULTILINE) == ["export default function (component) {"]


def test_modules_import_only_what_stands_before_them() -> None:
    for i, name in enumerate(MODULES):
        for wanted in re.findall(r'from "\./(.+)";', (HERE / name).read_text()):
            assert wanted in MODULES[:i]


def test_no_name_is_defined_twice_in_the_joined_source() -> None:
    names = re.findall(r"^(?:class|function|const|let|async function) (\w+)", source(), flags=re.MULTILINE)
    assert len(names) == len(set(names))


def test_a_payload_carries_its_blobs() -> None:
    content = pack({"run": "a"}, {"one": b"123", "two": b"", "three": b"45"})
    size = struct.unpack_from("<I", content)[0]
    header = json.loads(content[4 : 4 + size])
    blobs = content[4 + size :]
    assert header["run"] == "a"
    assert [blobs[at : at + length] for at, length in header["blobs"].values()] == [b"123", b"", b"45"]


def test_the_docs_name_every_close_code_and_header_field() -> None:
    from explorer import live

    text = (PROJECT / "docs" / "live.md").read_text()
    codes = [live.BAD_MESSAGE, live.UNKNOWN, live.IDLE, live.TOO_MANY, live.GONE, live.STALLED]
    assert all(str(code) in text for code in codes)
    for field in ("run", "version", "handle", "socket", "force", "shape", "z", "stamp", "dims", "limit", "view"):
        assert f"`{field}`" in text

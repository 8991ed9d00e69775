"""How often a command parses the JSON of the run that it works on."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from explorer.cli.main import main
from explorer.runs import loaded_run
from explorer.runs.run import CONFIG, STATUS, Run
from tests.helpers import digit_picture

COMMANDS = {
    "evaluate": ["--measures", "elbo,mse"],
    "map": ["--method", "pca"],
    "reconstruct": ["one.png"],
    "reconstruct a folder": ["one.png", "--csv", "table.csv"],
    "reconstruct with a map": ["one.png", "--map", "pca"],
    "sample": ["--n", "4", "--out", "sheet.png"],
    "export": ["--out", "away"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_parses_each_file_at_most_once(
    command: str, trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    digit_picture().save("one.png")
    counts: Counter[str] = Counter()
    read = Path.read_bytes

    def counting(path: Path) -> bytes:
        counts[path.name] += 1
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", counting)
    for name in (CONFIG, STATUS):
        os.utime(trained.path / name, (0, 0))  # what was written just now is read again at each look
    loaded_run._read.cache_clear()
    assert main([command.split()[0], "tiny", *COMMANDS[command]]) == 0
    assert (counts["config.json"], counts["status.json"]) == (1, 1)

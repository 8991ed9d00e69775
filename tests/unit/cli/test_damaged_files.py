"""Every file of a run, damaged in many ways, under every command: the same output as before, or a sentence.

Never another number, never a traceback; warnings are errors here as everywhere.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from explorer.base.runtime_settings import settings
from explorer.cli.main import main
from explorer.image_lab.scores.anomaly_scores import QUANTILES_FILE
from explorer.maps.fits.projections import map_file
from explorer.maps.groups import GROUPS_FILE, add_group
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.queue_place import Place, write_place
from tests.helpers import digit_picture

FLIPS = 4
COMMANDS: dict[str, list[str]] = {  # RUN and OUT stand for the run and a folder for what is written
    "runs": ["runs"],
    "evaluate": ["evaluate", "RUN", "--samples", "5", "--measures", "elbo,nll,mse,active-units,knn-accuracy"],
    "map": ["map", "RUN", "--method", "pca"],
    "reconstruct": ["reconstruct", "RUN", "OUT/digit.png", "--map", "pca"],
    "reconstruct --csv": ["reconstruct", "RUN", "OUT/digit.png", "--csv", "OUT/table.csv"],
    "sample": ["sample", "RUN", "--n", "4", "--out", "OUT/samples.png"],
    "export": ["export", "RUN", "--out", "OUT/export", "--html", "OUT/page.html"],
    "train --resume": ["train", "--resume", "RUN", "--epochs", "3"],
}
FILES = [
    "config.json", "status.json", "queue.json", "weights.safetensors", "resume/state.safetensors", "resume/state.json",
    "metrics.jsonl", "log.txt", "measures.json", GROUPS_FILE, "latents/test.npz", "latents/train.npz", QUANTILES_FILE,
    map_file("pca"), map_file("tsne"), "frames/epoch-0001.png", "frames/manifold-0002.png",
]  # fmt: skip
MAY_BE_ABSENT = (  # a run may have no map, its table then has no places; nor need it keep latents to train on
    (map_file("tsne"), "deleted", "reconstruct --csv"),
    (map_file("tsne"), "deleted", "export"),
    ("latents/train.npz", "deleted", "export"),
)
Damage = Callable[[Path], None]


class Outcome(NamedTuple):
    """What a command printed, without what differs from time to time, and the bytes of the files that it wrote."""

    status: int
    result: Any
    files: dict[str, bytes]


def truncate(path: Path) -> None:
    """Leave half of it."""
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    """Leave nothing of it."""
    os.truncate(path, 0)


def make_folder(path: Path) -> None:
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


def flip(number: int) -> Damage:
    """Change one random bit."""

    def change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        place = int(np.random.default_rng(number).integers(8 * len(content)))
        content[place // 8] ^= 1 << (place % 8)
        path.write_bytes(content)

    return change


DAMAGES: dict[str, Damage] = {"truncated": truncate, "empty": empty, "deleted": Path.unlink, "a folder": make_folder}
DAMAGES |= {f"bit {number}": flip(number) for number in range(FLIPS)}


@pytest.fixture(scope="module")
def whole(trained_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run that has every kind of file."""
    root = tmp_path_factory.mktemp("whole")
    run = Run(Path(shutil.copytree(trained_path, root / "runs" / "tiny")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(root / "runs"))
        settings.cache_clear()
        for name in ("evaluate", "map", "reconstruct --csv"):
            outcome(name, run.path)
        for arguments in (["map", "tiny", "--split", "train", "--method", "pca"], ["map", "tiny"]):
            assert main(arguments) == 0
        add_group(load_run(run), "ours", "test", [1, 2])
        write_place(run, Place(1.0))
        (run.path / "log.txt").write_text("a line\n")
        assert set(FILES) <= {path.relative_to(run.path).as_posix() for path in run.path.rglob("*")}
        yield run.path
    settings.cache_clear()


def outcome(command: str, run: Path) -> Outcome:
    """The command with ``run``, the only run in its root beside the shipped ones."""
    out = run.parent.parent / "out"
    out.mkdir(exist_ok=True)
    digit_picture().save(out / "digit.png")
    words = [word.replace("RUN", str(run)).replace("OUT", str(out)) for word in COMMANDS[command]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(run.parent))
        settings.cache_clear()
        printed: list[str] = []
        patch.setattr("explorer.cli.main.say", printed.append)
        status = main([*words, "--json"])
    place = str(run.parent.parent)
    result = json.loads(printed[-1].replace(place, ""))
    files = {path.name: path.read_bytes().replace(place.encode(), b"") for path in out.rglob("*") if path.is_file()}
    return Outcome(status, steady(command, result, run), files)


def steady(command: str, result: Any, run: Path) -> Any:
    """The part of a command's result that does not differ from time to time."""
    if command == "runs":
        (row,) = (row for row in result["runs"] if row["name"] == run.name)
        return row
    if command == "map":  # a map that cannot be kept has no file
        return {key: value for key, value in result.items() if key not in ("seconds", "file")}
    if command == "evaluate" and "error" not in result:  # what was damaged is measured again, at another time
        return {**result, "details": undated(result["details"]), "provenance": {**result["provenance"], "date": None}}
    if command.startswith("train") and "error" not in result:
        return {**result, "weights": load_run(Run(run)).weights_sha256}
    return result


def undated(details: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is known of each figure, without when it was measured."""
    return {field: {**of, "date": None} for field, of in details.items()}


def copied(whole: Path, root: Path) -> Path:
    """A copy of the run in a root of its own."""
    return Path(shutil.copytree(whole, root / "runs" / "tiny"))


@pytest.fixture(scope="module")
def expected(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What each command does with the whole run."""
    return {command: outcome(command, copied(whole, tmp_path_factory.mktemp("expected"))) for command in COMMANDS}


def named(outcome: Outcome) -> bool:
    """Whether the command said what is wrong."""
    if "error" not in outcome.result:
        return False
    error = outcome.result["error"]
    sentence = error if isinstance(error, str) else f"{error['message']} {error['hint']}"
    refused = outcome.status == 2 or outcome.result.get("state") == "damaged"
    return refused and sentence.endswith(".") and "\n" not in sentence


@pytest.mark.slow  # all together; each file some 4 s
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_changes_no_output_or_is_named(
    name: str, whole: Path, expected: dict[str, Outcome], tmp_path: Path
) -> None:
    wrong = []
    for kind, damage in DAMAGES.items():
        for command in COMMANDS:
            run = copied(whole, tmp_path / f"{kind}-{command}")
            damage(run / name)
            found = outcome(command, run)
            if found != expected[command] and not named(found) and (name, kind, command) not in MAY_BE_ABSENT:
                wrong.append((kind, command, found.status, found.result))
            shutil.rmtree(run.parent.parent)
    assert wrong == []

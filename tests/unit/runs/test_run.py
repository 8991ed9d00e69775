"""Run directories: round trips, damages, names, and finding them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.base.files import read_json, write_json
from explorer.inference.latents import latents_of, read_npz
from explorer.maps.groups import add_group, groups_of
from explorer.runs import run as runs
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.records import DataFacts, ModelFacts, RunConfig, Status
from explorer.runs.run import Run, create_run, find_run, list_runs
from explorer.runs.weights import save_weights
from explorer.training.queue import summary
from models import MODELS, options_of
from tests.helpers import tiny_config

CPU = torch.device("cpu")
TRAINING = asdict(tiny_config())
FACTS = DataFacts("digits", (1, 8, 8), ("0", "1"), 10, 5, True, "abc", "def")
CONFIG = RunConfig(TRAINING, ModelFacts("vae", {"latent": 2}), FACTS, "2025-01-01T00:00:00+00:00", {"torch": "2"})


def edit(path: Path, **changes: Any) -> None:
    """Change some keys of a JSON file, its checksum with them."""
    write_json(path, {**read_json(path), **changes})


@pytest.mark.usefixtures("runs_root")
def test_config_and_status_round_trip() -> None:
    status = Status("running", pid=7, pid_started=1.5, epoch=3, progress=0.25, seconds_left=9.0, device="CPU")
    run = create_run(CONFIG, status)
    # JSON has no tuples: what the trainer was asked comes back with lists
    assert asdict(run.config()) == {**asdict(CONFIG), "training": json.loads(json.dumps(TRAINING))}
    assert run.config().data == FACTS
    assert run.status() == status
    assert {path.name for path in run.path.iterdir()} == {"config.json", "status.json"}


@pytest.mark.usefixtures("shipped_root")
def test_fresh_names_count_up(runs_root: Path) -> None:
    folder = replace(CONFIG, training={**TRAINING, "dataset": "folder:/some/My pictures!"})
    names = [create_run(config, Status("queued")).name for config in (CONFIG, CONFIG, folder)]
    assert [name[10:] for name in names] == ["-vae-digits-z2-1", "-vae-digits-z2-2", "-vae-My-pictures-z2-1"]
    assert {run.name for run in list_runs()} == set(names) == {path.name for path in runs_root.iterdir()}


@pytest.mark.parametrize("name", ["../up", "/abs", "", "a/b", ".hidden", "..", "a b", "x" * 101, "nul\0", "-dash", "ä"])
def test_unfit_names_are_refused(name: str, runs_root: Path) -> None:
    with pytest.raises(ExplorerError, match=r"cannot be a run's name. Use letters, digits"):
        create_run(CONFIG, Status("queued"), name)
    assert not runs_root.exists()


@pytest.mark.parametrize("name", ["my run ü", "数字", "a,b;c", "-dash", "50%", "a*b_c`d", "x" * 200, "trailing."])
def test_a_folder_may_be_called_anything(name: str, trained: Run) -> None:
    renamed = trained.path.rename(trained.path.with_name(name))
    assert [run.name for run in list_runs() if not run.shipped] == [name]
    assert find_run(name).path == renamed
    assert load_run(find_run(name)).name == name


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", [b".hidden", b"not utf-8 \xff", b"two\nlines", b"escape\x1b[31m"])
def test_a_hidden_or_unprintable_name_is_passed_over(name: bytes, trained: Run) -> None:
    os.rename(trained.path, os.path.join(os.fsencode(trained.path.parent), name))
    assert not [run for run in list_runs() if not run.shipped]
    with pytest.raises(ExplorerError, match="There is no run"):
        find_run(os.fsdecode(name))


@pytest.mark.parametrize("text", ["../runs/tiny", "tiny/", "./tiny", "tiny/../tiny", "..", ".", ""])
def test_a_path_is_no_name(text: str, trained: Run) -> None:
    (trained.path.parent / "config.json").touch()
    (trained.path.parent.parent / "config.json").touch()
    with pytest.raises(ExplorerError, match="There is no run"):
        find_run(text)


def test_taken_names_are_refused(runs_root: Path, shipped_root: Path) -> None:
    create_run(CONFIG, Status("finished"), "mine")
    with pytest.raises(ExplorerError, match=r"There is already a run 'mine'\."):
        create_run(CONFIG, Status("queued"), "mine")
    assert Run(runs_root / "mine").status().state == "finished"
    (shipped_root / "ours").mkdir(parents=True)
    with pytest.raises(ExplorerError, match="ships with the product"):
        create_run(CONFIG, Status("queued"), "ours")


def test_a_runs_root_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXPLORER_RUNS", str(tmp_path / "file" / "runs"))
    with pytest.raises(ExplorerError, match=r"Could not write in .*runs: Not a directory\."):
        create_run(CONFIG, Status("queued"))
    assert [run for run in list_runs() if not run.shipped] == []


def test_a_full_disk_leaves_no_half_a_run(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ExplorerError("Could not write: No space left on device.")

    monkeypatch.setattr(Run, "write_status", full)
    with pytest.raises(ExplorerError, match="No space"):
        create_run(CONFIG, Status("queued"))
    assert list(runs_root.iterdir()) == []


def test_runs_are_found_by_name_and_directory(trained: Run, shipped_root: Path) -> None:
    assert find_run("tiny").path == trained.path
    assert find_run(str(trained.path), paths=True).path == trained.path
    trained.path.rename(trained.path.parent / "other")
    shipped_root.mkdir()
    (trained.path.parent / "other").rename(shipped_root / "shipped-1")
    assert find_run("shipped-1").shipped
    assert [(run.name, run.shipped) for run in list_runs()] == [("shipped-1", True)]


def test_what_is_made_of_a_shipped_run_goes_to_the_runs_root(trained: Run, shipped_root: Path) -> None:
    root = trained.path.parent
    shipped_root.mkdir()
    (trained.path / "groups.json").write_text('{"groups": [{"name": "ours", "split": "test", "indices": [1]}]}')
    run = Run(trained.path.rename(shipped_root / "tiny"))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert [group.name for group in groups_of(load_run(run))] == ["ours"]  # what shipped with it is there at first
    add_group(load_run(run), "mine", "test", [2, 3])
    assert [group.name for group in groups_of(load_run(run))] == ["ours", "mine"]
    latents = latents_of(load_run(run), "train")
    kept = read_npz(load_run(run), "latents/train.npz")
    assert kept is not None
    assert np.array_equal(latents.mu, kept["mu"])
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    assert (root / ".shipped" / "tiny" / "groups.json").is_file()
    assert [each.name for each in list_runs()] == ["tiny"]


@pytest.mark.parametrize("text", ["none", "../tiny", "", "x" * 5000, "nul\0"])
def test_an_unknown_run_names_the_known_ones(text: str, trained: Run) -> None:
    for paths in (False, True):
        with pytest.raises(ExplorerError, match=r"There is no run '.*There are: .*tiny"):
            find_run(text, paths)


def test_directories_are_for_the_command_line_only(trained: Run, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="There is no run"):
        find_run(str(trained.path))
    with pytest.raises(ExplorerError, match=r"is no run: it has no config.json"):
        find_run(str(tmp_path), paths=True)


def test_other_directories_are_not_listed(trained: Run) -> None:
    (trained.path.parent / "notes").mkdir()
    (trained.path.parent / "notes.txt").touch()
    assert [run.name for run in list_runs() if not run.shipped] == ["tiny"]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.usefixtures("runs_root")
def test_weights_round_trip_bit_for_bit(name: str) -> None:
    model = MODELS[name].build({"shape": (1, 32, 32), "latent": 2, "hidden": (8,)})
    facts = replace(FACTS, shape=(1, 32, 32))
    run = create_run(replace(CONFIG, model=ModelFacts(name, options_of(model)), data=facts), Status("queued"))
    run.write_status(Status("finished", weights_sha256=save_weights(run, model)))
    loaded = load_model(load_run(run), CPU)
    assert not loaded.training
    assert loaded.config == model.config
    for key, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)


def truncate(path: Path) -> None:
    """Cut a file off in its middle."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """Alter the last byte."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        (runs.WEIGHTS, truncate, "were altered or cut off: their checksum does not match. Restore"),
        (runs.WEIGHTS, flip, "were altered or cut off: their checksum does not match. Restore"),
        (runs.WEIGHTS, Path.unlink, "has no weights. Wait for its training, or train it again."),
        ("config.json", truncate, "config.json is damaged: "),
        ("config.json", Path.unlink, "config.json is missing."),
        ("status.json", truncate, "status.json is damaged: "),
        ("status.json", Path.unlink, "status.json is missing."),
    ],
)
def test_damaged_files_get_a_sentence(name: str, damage: Callable[[Path], None], sentence: str, trained: Run) -> None:
    damage(trained.path / name)
    with pytest.raises(ExplorerError) as caught:
        load_model(load_run(trained), CPU)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [runs.WEIGHTS, "config.json", "status.json"])
def test_a_folder_in_place_of_a_file_is_a_sentence(name: str, trained: Run) -> None:
    (trained.path / name).unlink()
    (trained.path / name).mkdir()
    assert find_run("tiny").path == trained.path
    with pytest.raises(ExplorerError, match=rf"{name} is damaged: Is a directory\."):
        load_model(load_run(trained), CPU)


def test_a_run_without_its_config_is_listed_all_the_same(trained: Run) -> None:
    (trained.path / "config.json").unlink()
    assert "tiny" in [run.name for run in list_runs()]
    with pytest.raises(ExplorerError, match=r"config\.json is missing\. Restore it"):
        load_run(find_run("tiny"))


def test_a_run_that_is_removed_while_runs_are_listed_is_no_error(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    look = runs.run_dirs

    def then_removed(root: Path) -> list[Path]:
        found = look(root)
        if trained.path in found:
            shutil.rmtree(trained.path)
        return found

    monkeypatch.setattr(runs, "run_dirs", then_removed)
    assert [run.name for run in list_runs() if not run.shipped] == ["tiny"]
    assert summary_error(trained).message.endswith("config.json is missing.")


def summary_error(run: Run) -> ExplorerError:
    """Why a run cannot be listed."""
    with pytest.raises(ExplorerError) as caught:
        summary(run)
    return caught.value


OPTIONS = {"shape": [1, 8, 8], "latent": 2, "hidden": [16]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"schema": 99}, "has schema 99. This version reads 1"),
        ({"schema": None}, "has schema None"),
        ({"model": None}, "has no model yet"),
        ({"model": 5}, "is damaged: ModelFacts is no JSON object"),
        ({"model": {"name": "vae"}}, "is damaged: "),
        ({"model": {"name": "gan", "options": {}}}, "does not fit its config: There is no model 'gan'"),
        ({"model": {"name": [], "options": {}}}, "is damaged: name is []"),
        ({"model": {"name": "vae", "options": {}}}, "does not fit its config: "),
        ({"model": {"name": "vae", "options": {**OPTIONS, "latent": "2"}}}, "does not fit its config: "),
        ({"model": {"name": "vae", "options": {**OPTIONS, "latent": 3}}}, "size mismatch for decoder"),
        ({"model": {"name": "vae", "options": {**OPTIONS, "shape": [1, 4, 16]}}}, "it takes images of (1, 4, 16)"),
        ({"model": {"name": "vae", "options": {**OPTIONS, "shape": None}}}, "does not fit its config: "),
        ({"model": {"name": "vae", "options": {**OPTIONS, "depth": 1}}}, "Unknown model options: depth"),
        ({"data": "digits"}, "is damaged: DataFacts is no JSON object"),
        ({"data": {}}, "is damaged: "),
        ({"training": 3}, "is damaged: training is 3"),
        ({"training": {}}, "is damaged: its training has no dataset"),
    ],
)
def test_an_altered_config_gets_a_sentence(changes: dict[str, Any], sentence: str, trained: Run) -> None:
    edit(trained.path / "config.json", **changes)
    with pytest.raises(ExplorerError) as caught:
        load_model(load_run(trained), CPU)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [None, [1, 8], [1, 8, "8"], [1, 8, 8.5], [1, 8, True], "188", {}])
def test_an_altered_image_shape_gets_a_sentence(shape: Any, trained: Run) -> None:
    path = trained.path / "config.json"
    edit(path, data={**read_json(path)["data"], "shape": shape})
    with pytest.raises(ExplorerError, match=r"config\.json is damaged: "):
        trained.config()


@pytest.mark.parametrize(
    "changes", [{"state": "dreaming"}, {"state": 1}, {"epoch": "2"}, {"progress": None}, {"pid": []}]
)
def test_an_altered_status_gets_a_sentence(changes: dict[str, Any], trained: Run) -> None:
    edit(trained.path / "status.json", **changes)
    with pytest.raises(ExplorerError, match=r"status\.json is damaged: \w+ is .*\. Restore it"):
        trained.status()


def test_fields_of_a_later_version_are_passed_over(trained: Run) -> None:
    before = trained.config(), trained.status()
    edit(trained.path / "config.json", mood="good")
    edit(trained.path / "status.json", mood="good")
    assert (trained.config(), trained.status()) == before


def test_a_running_training_does_not_excuse_altered_weights(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    flip(trained.path / runs.WEIGHTS)
    trained.write_status(replace(trained.status(), state="running"))
    with pytest.raises(ExplorerError, match="checksum does not match"):
        load_model(load_run(trained), CPU)

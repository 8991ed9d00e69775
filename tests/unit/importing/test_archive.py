"""A run as one file: the same bit for bit elsewhere, and read as hostile input."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from explorer.base.checksums import npz_bytes
from explorer.base.errors import ExplorerError
from explorer.base.files import json_bytes
from explorer.importing import worker
from explorer.importing.archive import dataset_here, run_archive
from explorer.importing.importer import import_model
from explorer.inference.latents import latents_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run, list_runs
from tests.helpers import zipped

pytestmark = pytest.mark.usefixtures("shipped_root")
Files = dict[str, bytes]


@pytest.fixture
def packed(trained: Run) -> Files:
    """The files in the archive of the trained run."""
    with zipfile.ZipFile(io.BytesIO(run_archive(load_run(trained)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_archive_holds_what_makes_the_run_and_no_more(trained: Run, packed: Files) -> None:
    assert sorted(packed) == ["config.json", "latents/test.npz", "status.json", "weights.safetensors"]
    assert run_archive(load_run(trained)) == run_archive(load_run(trained))


def test_there_and_back_bit_for_bit(trained: Run, packed: Files, tmp_path: Path) -> None:
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(packed))
    run = import_model(path, "again")
    assert run.config() == trained.config()
    before = trained.status()
    kept = {name: getattr(before, name) for name in ("epoch", "test_elbo_nats", "weights_sha256", "device")}
    assert asdict(run.status()) == asdict(replace(run.status(), state="finished", progress=1.0, pid=None, **kept))
    for name in ("weights.safetensors", "latents/test.npz"):
        assert (run.path / name).read_bytes() == packed[name]
    np.testing.assert_array_equal(latents_of(load_run(run)).mu, latents_of(load_run(trained)).mu)


def test_a_folder_is_taken_as_well(trained: Run) -> None:
    (trained.path / "log.txt").write_text("not looked at")
    run = import_model(trained.path)
    assert run.config() == trained.config()
    assert run.name != trained.name
    assert not (run.path / "log.txt").exists()


def edited(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The JSON file with a change, and a right checksum."""
    value = json.loads(content)
    value.pop("sha256")
    change(value)
    return json_bytes(value)


def with_config(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        files["config.json"] = edited(files["config.json"], change)

    return apply


def other_weights(files: Files) -> None:
    tensors = load(files["weights.safetensors"])
    files["weights.safetensors"] = save({name: tensor + 1 for name, tensor in tensors.items()})


def nan_weights(files: Files) -> None:
    import hashlib

    tensors = load(files["weights.safetensors"])
    files["weights.safetensors"] = save({name: tensor * np.float32("nan") for name, tensor in tensors.items()})
    digest = hashlib.sha256(files["weights.safetensors"]).hexdigest()
    files["status.json"] = edited(files["status.json"], lambda status: status.update(weights_sha256=digest))


def cut(name: str) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        files[name] = files[name][: len(files[name]) // 2]

    return apply


def wrong_latents(files: Files) -> None:
    digest = json.loads(files["status.json"])["weights_sha256"]
    rows = np.zeros(360, np.float32)
    wide = np.zeros((360, 5), np.float32)  # the model has 2 dimensions
    arrays = {"mu": wide, "logvar": wide, "reconstruction_nats": rows, "mse": rows, "weights": np.array(digest)}
    files["latents/test.npz"] = npz_bytes(arrays)


HOSTILE: dict[str, tuple[Callable[[Files], None], str]] = {
    "a name that leads out": (lambda files: files.update({"../../evil.json": b"{}"}), "leads to another folder"),
    "an absolute name": (lambda files: files.update({"/etc/evil.json": b"{}"}), "leads to another folder"),
    "another file": (lambda files: files.update({"evil.json": b"{}"}), "evil.json is no file of a run"),
    "a name twice": (lambda files: files.update({"more/config.json": b"{}"}), "two files called config.json"),
    "many files": (lambda files: files.update({f"{n}.json": b"{}" for n in range(30)}), "more than 20 files"),
    "a pickle": (lambda files: files.update({"x.pkl": b"\x80\x04."}), "x.pkl is a pickle"),
    "a bomb": (lambda files: files.update({"bomb.json": bytes(2**25)}), "cannot be unpacked"),
    "a zip inside": (lambda files: files.update({"x.zip": zipped({"a.txt": b"a"})}), "an archive in an archive"),
    "altered weights": (other_weights, "were altered or cut off"),
    "NaN weights": (nan_weights, "holds NaN"),
    "weights cut off": (cut("weights.safetensors"), "damaged or cut off"),
    "a config cut off": (cut("config.json"), r"config\.json is damaged"),
    "a status of another kind": (lambda files: files.update({"status.json": b'{"state": 5}'}), "state is 5"),
    "latents cut off": (cut("latents/test.npz"), "damaged"),
    "latents of another size": (wrong_latents, "not of this run"),
    "another shape": (
        with_config(lambda config: config["data"].update(shape=[1, 9, 9])), "does not fit its config",
    ),
    "another latent size": (
        with_config(lambda config: config["model"]["options"].update(latent=3)), "does not fit its config",
    ),
    "an unknown model": (with_config(lambda config: config["model"].update(name="evil")), "not known here"),
    "a model of graphs": (with_config(lambda config: config["model"].update(name="onnx-vae")), "ONNX files"),
    "a path as a model": (
        with_config(lambda config: config["training"].update(model="/../../evil")), "options are not those of 'vae'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(case: str, packed: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil, sentence = HOSTILE[case]
    spoil(packed)
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(packed))
    (tmp_path / "worker").mkdir()
    monkeypatch.chdir(tmp_path / "worker")
    with pytest.raises(ExplorerError, match=sentence):
        worker.imported({"files": [str(path)], "said": {}, "form": None})
    assert not (tmp_path / "worker" / "weights.safetensors").exists()


def test_a_refused_file_leaves_no_run(packed: Files, tmp_path: Path) -> None:
    other_weights(packed)
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(packed))
    before = [run.name for run in list_runs()]
    with pytest.raises(ExplorerError, match="were altered or cut off"):
        import_model(path, "again")
    assert [run.name for run in list_runs()] == before


def test_other_folders_of_this_machine_are_not_read(data_root: Path) -> None:
    assert dataset_here("digits") == "digits"
    assert dataset_here("") == ""
    assert dataset_here("folder:/etc/secrets") == f"folder:{data_root / 'secrets'}"
    assert dataset_here(r"folder:C:\pictures\cats") == f"folder:{data_root / 'cats'}"
    assert dataset_here("folder:/data/..") == f"folder:{data_root / 'images'}"
    assert dataset_here("arrays:/etc/a.npz") == f"arrays:{data_root / 'a.npz'}"
    named = "arrays:/etc/b/../../a.npz?label=digit&transposed=yes"
    assert dataset_here(named) == f"arrays:{data_root / 'a.npz'}?label=digit&transposed=yes"
    with pytest.raises(ExplorerError, match="Array files have no option 'path'"):
        dataset_here("arrays:/etc/a.npz?path=/etc/passwd")
    with pytest.raises(ExplorerError, match="evil"):
        dataset_here("evil")

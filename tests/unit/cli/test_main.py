"""The command line: as a subprocess where that matters, else in this process to be quick."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import main
from explorer.cli.progress_bar import ProgressLine
from explorer.datasets.datasets import DATASETS
from explorer.inference import decoding
from explorer.inference.latents import latents_of
from explorer.measures.registry import MEASURES
from explorer.runs.loaded_run import load_run
from explorer.runs.run import WEIGHTS, Run, find_run
from explorer.training.config import OPTIONS
from explorer.training.option import Option
from tests.helpers import digit_picture, encoded, photo, write_folder

TINY = ["--dataset", "digits", "--model", "vae", "--latent", "2", "--hidden", "16", "--epochs", "1", "--device", "cpu"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_signal_handlers() -> Iterator[None]:
    """``train`` takes over two signals, for good; a test process wants them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def explorer(*arguments: str, **changes: Any) -> subprocess.CompletedProcess[str]:
    """``python -m explorer ...`` as a process; the environment is this test's."""
    command = [sys.executable, "-m", "explorer", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=200, check=False, **changes)


def refused(capsys: Capture, *arguments: str) -> str:
    """The one sentence that a command ends with in this process; checks all that goes with it."""
    capsys.readouterr()
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return one_sentence(err)


def one_sentence(err: str) -> str:
    """Standard error holds one line, an error, and no traceback."""
    assert "Traceback" not in err
    lines = err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0]


def done(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The JSON object of a command that succeeds in this process."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


# As a process


def test_train_list_and_evaluate(runs_root: Path) -> None:
    trained = explorer("train", *TINY, "--out", "first", "--json")
    assert trained.returncode == 0, trained.stderr
    row = json.loads(trained.stdout)  # exactly one JSON object
    assert (row["name"], row["state"], row["epochs"]) == ("first", "finished", 1)
    assert "100%" in trained.stderr
    listed = json.loads(explorer("runs", "--json").stdout)["runs"]
    (mine,) = (found for found in listed if not found["shipped"])
    assert (
        mine.items()
        >= {
            "name": "first",
            "path": str(runs_root / "first"),
            "model": "vae",
            "dataset": "digits",
            "latent": 2,
            "state": "finished",
        }.items()
    )
    evaluated = explorer("evaluate", "first", "--measures", "elbo", "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    figures = json.loads(evaluated.stdout)
    assert figures["n"] == 360
    assert figures["elbo_nats"] == pytest.approx(row["test_elbo_nats"], rel=1e-4)


@pytest.mark.usefixtures("runs_root")
def test_bad_input_as_a_process(runs_root: Path) -> None:
    failed = explorer("train", *TINY, "--latent", "0", "--json")
    assert failed.returncode == 2
    assert json.loads(failed.stdout)["error"]["message"] == "The latent size is 0."
    assert one_sentence(failed.stderr) == "Error: The latent size is 0. It must be at least 1."
    assert not runs_root.exists()


@pytest.mark.usefixtures("runs_root")
def test_interrupted_training_keeps_what_it_learned(runs_root: Path) -> None:
    command = [sys.executable, "-m", "explorer", "train", *TINY, "--epochs", "100000", "--out", "long", "--json"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        while "test ELBO" not in said:
            letter = process.stderr.read(1)
            assert letter, said
            said += letter
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=100)
    assert process.returncode == 130
    assert json.loads(out)["interrupted"]
    assert Run(runs_root / "long").status().state == "stopped"
    assert Run(runs_root / "long").has_weights


@pytest.mark.usefixtures("runs_root")
def test_a_reader_that_has_gone_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "explorer", "runs"]
    process = subprocess.run(command, cwd=PROJECT, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (process.returncode, process.stderr) == (0, b"")


# What commands do


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize(
    ("arguments", "notes"),
    [
        ([], ["It has had 12 steps only;"]),
        (["--epochs", "50"], []),
        (["--epochs", "50", "--beta", "1000"], ["The posterior has collapsed: none of the 2 dimensions says anything"]),
        (["--model", "ae", "--epochs", "50"], []),
        (["--patience", "9", "--validation", "0"], ["steps", "Patience looked at the test images, for lack of"]),
    ],
)
def test_a_training_ends_with_what_is_to_be_known_of_the_model(
    arguments: list[str], notes: list[str], capsys: Capture
) -> None:
    assert main(["train", *TINY, *arguments, "--out", "new", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)["notes"]
    said = [line.removeprefix("Note: ") for line in err.splitlines() if line.startswith("Note: ")]
    assert said == found
    assert len(found) >= len(notes)
    assert all(any(note in each for each in found) for note in notes)
    assert any("Patience" in note for note in notes) == any("Patience" in each for each in found)
    assert notes or not any("collapsed" in each or "steps" in each for each in found)


@pytest.mark.usefixtures("runs_root")
def test_validation_figures_are_named_as_such(capsys: Capture) -> None:
    row = done(capsys, "train", *TINY, "--patience", "5", "--out", "one")
    status = find_run("one").status()
    assert row["validation_elbo_nats"] == status.validation_elbo_nats != status.test_elbo_nats == row["test_elbo_nats"]
    assert done(capsys, "runs")["runs"][-1].items() >= {"name": "one", "test_elbo_nats": row["test_elbo_nats"]}.items()
    assert main(["train", *TINY, "--patience", "5", "--out", "two"]) == 0
    out, err = capsys.readouterr()
    assert f"validation ELBO {row['validation_elbo_nats']:.2f} nats, test ELBO {row['test_elbo_nats']:.2f} nats" in out
    assert f"validation ELBO {row['validation_elbo_nats']:.2f} nats" in err


def test_evaluate(trained: Run, capsys: Capture) -> None:
    test = done(capsys, "evaluate", "tiny", "--samples", "50")
    parts = {"n", "reconstruction_nats", "kl_nats", "nll_stderr", "absent", "details", "verdict", "likelihood"}
    fields = {spec.field for spec in MEASURES.values()}
    assert parts | fields <= test.keys()
    of_factors = {spec.field for spec in MEASURES.values() if "factors" in spec.needs}
    absent = {*of_factors, "class_accuracy", "ssim_inner"}
    assert {field for field in fields if test[field] is None} == test["absent"].keys() == absent
    assert "not known" in test["absent"]["mig"]
    assert test["details"]["nll_nats"].items() >= {"unit": "nats", "n": 360, "samples": 50}.items()
    assert test["details"]["nll_nats"]["stderr"] == test["nll_stderr"] > 0
    assert 0 < test["nll_nats"] < -test["elbo_nats"]
    assert len(test["kl_per_dim"]) == 2
    assert test["elbo_nats"] == pytest.approx(test["reconstruction_nats"] - test["kl_nats"])
    assert test["elbo_nats"] == pytest.approx(trained.status().test_elbo_nats, rel=1e-4)
    train = done(capsys, "evaluate", str(trained.path), "--split", "train", "--measures", "elbo, mse")
    assert train["n"] == 1437
    assert train["absent"] == {}
    assert set(train) == {"n", "elbo_nats", "mse", "absent", "details", "verdict", "likelihood", "provenance"}


def test_figures_come_with_what_is_needed_to_cite_them(trained: Run, capsys: Capture) -> None:
    found = done(capsys, "evaluate", "tiny", "--measures", "elbo,nll", "--samples", "50")
    origin, config = found["provenance"], trained.config()
    weights = hashlib.sha256((trained.path / "weights.safetensors").read_bytes()).hexdigest()
    assert origin["weights_sha256"] == weights
    assert (origin["run"], origin["dataset"], origin["split"]) == ("tiny", "digits", "test")
    assert origin["draws"] == {"z": 1, "nll": 50}
    assert origin["seeds"] == {"training": config.training["seed"], "z": 0}
    assert (origin["likelihood"], origin["binarise"]) == ("bernoulli", "none")
    assert origin["date"] == max(one["date"] for one in found["details"].values())
    assert origin["versions"]["torch"]
    assert origin["protocol"] == (
        f"tiny (vae, weights {weights[:12]}); 360 test images of digits, pixels as they are; bernoulli likelihood, "
        "beta = 1, one draw of z an image (seed 0); NLL with K = 50 draws of 360 random images, carried over by the "
        "ELBO's gap."
    )
    (trained.path / "measures.json").unlink()
    again = done(capsys, "evaluate", "tiny", "--measures", "elbo,nll", "--samples", "50")
    assert again["elbo_nats"] == found["elbo_nats"]
    assert again["nll_nats"] == found["nll_nats"]


@pytest.mark.usefixtures("trained")
def test_evaluate_refuses(capsys: Capture) -> None:
    assert "The number of samples is 0." in refused(capsys, "evaluate", "tiny", "--samples", "0")
    assert "It must lie between 1 and 1,000,000; 5000" in refused(
        capsys, "evaluate", "tiny", "--samples", "1" + "0" * 7
    )
    assert "There is no measure 'fid'. Choose of: elbo," in refused(capsys, "evaluate", "tiny", "--measures", "fid")


@pytest.mark.usefixtures("trained")
def test_reconstruct(tmp_path: Path, capsys: Capture) -> None:
    files = [tmp_path / "a" / "one.png", tmp_path / "b" / "one.jpg"]
    for file in files:
        file.parent.mkdir()
        digit_picture().save(file)
    result = done(capsys, "reconstruct", "tiny", *map(str, files), "--out", str(tmp_path / "out"))
    rows = result["images"]
    assert [row["file"] for row in rows] == [str(file) for file in files]
    assert len({row["output"] for row in rows}) == 2  # neither over the other
    for row in rows:
        assert len(row["mu"]) == len(row["sigma"]) == 2
        assert row["elbo_nats"] < 0 < row["kl_nats"]
        with Image.open(row["output"]) as picture:
            assert (picture.size, picture.mode) == ((8, 8), "L")
    assert rows[0]["mu"] == pytest.approx(rows[1]["mu"], abs=0.05)
    assert done(capsys, "reconstruct", "tiny", str(files[0]))["images"][0]["output"] is None


@pytest.mark.usefixtures("trained")
def test_sample(tmp_path: Path, capsys: Capture) -> None:
    pictures = []
    for seed, name in (("1", "a"), ("1", "b"), ("2", "c")):
        done(capsys, "sample", "tiny", "--n", "10", "--seed", seed, "--out", str(tmp_path / "new" / f"{name}.png"))
        with Image.open(tmp_path / "new" / f"{name}.png") as picture:
            pictures.append(np.asarray(picture))
    assert pictures[0].shape == (24, 32)  # 10 pictures of 8 x 8 in 3 rows of 4
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()


@pytest.mark.parametrize("source", ["gmm", "kde", "flow"])
def test_sample_from_a_density_which_the_run_keeps(
    trained: Run, tmp_path: Path, capsys: Capture, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.inference.densities.flow.MOST_STEPS", 50)
    fitted = done(capsys, "sample", "tiny", "--from", source)
    assert fitted.items() >= {"n": 64, "file": None, "from": source, "temperature": 1.0}.items()
    assert (fitted["density"]["split"], fitted["density"]["n"]) == ("train", 1293)
    assert fitted["density"]["held_out_nats"] > fitted["density"]["normal_nats"]
    file = trained.path / "densities" / f"{source}.npz"
    written = file.stat().st_mtime_ns
    pictures = []
    for temperature, name in (("1", "a"), ("1", "b"), ("0.1", "c")):
        out = tmp_path / f"{name}.png"
        drawn = done(capsys, "sample", "tiny", "--from", source, "--temperature", temperature, "--out", str(out))
        assert drawn["density"] == fitted["density"]
        with Image.open(out) as picture:
            pictures.append(np.asarray(picture))
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()
    assert file.stat().st_mtime_ns == written
    assert not list(trained.path.rglob("*.progress.json"))


def test_sample_refuses_what_it_cannot_draw_from(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    picture = str(tmp_path / "x.png")
    words = "Nothing is drawn from 'gm'. Did you mean 'gmm'? Choose one of: prior, gmm, kde, flow."
    assert words in refused(capsys, "sample", "tiny", "--from", "gm", "--out", picture)
    assert "Give a picture with --out FILE." in refused(capsys, "sample", "tiny")
    assert "The temperature is -1.0." in refused(capsys, "sample", "tiny", "--temperature", "-1", "--out", picture)
    write_without_images(trained)
    assert "came without images" in refused(capsys, "sample", "tiny", "--from", "kde", "--out", picture)
    assert done(capsys, "sample", "tiny", "--out", picture)["density"] is None


def write_without_images(run: Run) -> None:
    """Make it a run that came without images, as an import may be."""
    config = run.config()
    assert config.data is not None
    run.write_config(replace(config, data=replace(config.data, name="", n_train=0, n_test=0)))


def test_export_can_be_read_back(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    result = done(capsys, "export", "tiny", "--out", str(tmp_path / "away"))
    names = {Path(name).relative_to(tmp_path / "away").as_posix() for name in result["files"]}
    onnx = {"encoder.onnx", "decoder.onnx", "model.json"}
    assert names == {"config.json", "status.json", WEIGHTS, "latents/test.npz"} | onnx
    assert result["left_out"] == []
    with np.load(tmp_path / "away" / "latents" / "test.npz", allow_pickle=False) as file:
        assert file["mu"].shape == (360, 2)
    assert done(capsys, "evaluate", str(tmp_path / "away"))["n"] == 360


OF_LATENTS = ",".join(name for name, spec in MEASURES.items() if spec.of_latents)


def test_an_export_is_mapped_and_measured_where_the_data_is_not(
    trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    here = done(capsys, "evaluate", "tiny", "--measures", OF_LATENTS)
    latents_of(load_run(trained), "train")
    away = str(tmp_path / "away")
    done(capsys, "export", "tiny", "--out", away)
    shutil.rmtree(trained.path)
    monkeypatch.setitem(DATASETS, "digits", replace(DATASETS["digits"], present=lambda: False))
    assert done(capsys, "map", away, "--method", "pca")["n"] == 360
    assert done(capsys, "map", away, "--method", "pca", "--split", "all")["n"] == 1797
    there = done(capsys, "evaluate", away, "--measures", OF_LATENTS)
    assert there["elbo_nats"] == pytest.approx(here["elbo_nats"], rel=1e-6)
    assert there["kl_per_dim"] == pytest.approx(here["kl_per_dim"], rel=1e-5)
    assert there.keys() == here.keys()
    sentence = refused(capsys, "evaluate", away, "--measures", "elbo,nll")
    assert "The test split of digits is not here" in sentence
    assert f"Without it evaluate --measures takes {OF_LATENTS.replace(',', ', ')} from kept latents." in sentence


@pytest.mark.usefixtures("trained")
def test_text_for_people(capsys: Capture, tmp_path: Path) -> None:
    assert main(["runs"]) == 0
    assert "tiny" in capsys.readouterr().out
    assert main(["evaluate", "tiny"]) == 0
    assert "360 images: ELBO -" in capsys.readouterr().out
    assert main(["sample", "tiny", "--out", str(tmp_path / "x.png")]) == 0
    assert "64 samples in" in capsys.readouterr().out


@pytest.mark.usefixtures("shipped_root", "runs_root")
def test_no_runs_yet(capsys: Capture) -> None:
    assert done(capsys, "runs") == {"runs": []}
    assert main(["runs"]) == 0
    assert capsys.readouterr().out.startswith("No runs yet. Train one: ")


def test_damaged_runs_are_listed_as_such(trained: Run, capsys: Capture) -> None:
    (trained.path / "status.json").write_text("{")
    row = next(row for row in done(capsys, "runs")["runs"] if row["name"] == "tiny")
    assert row["state"] == "damaged"
    assert "status.json is damaged" in row["error"]
    assert main(["runs"]) == 0
    assert "status.json is damaged" in capsys.readouterr().out


# Bad input


@pytest.mark.usefixtures("runs_root")
def test_a_training_s_options_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(Option, "check", lambda self, value: seen.append(self.name))
    assert main(["train", *TINY, "--out", "once"]) == 0
    assert seen == list(OPTIONS)
    seen.clear()
    assert main(["train", "--resume", "once", "--epochs", "2"]) == 0
    assert seen == list(OPTIONS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--dataset", "cifar"], "There is no data set 'cifar'. Choose one of: digits,"),
        (["--model", "gan"], "There is no model 'gan'; choose one of: vae, conv-vae, burgess-vae, ae"),
        (["--latent", "0"], "The latent size is 0. It must be at least 1."),
        (["--latent", "1000"], "The latent size is 1000; it must lie between 1 and 64"),
        (["--epochs", "-3"], "The number of epochs is -3."),
        (["--lr", "0"], "The learning rate is 0.0."),
        (["--lr", "nan"], "The learning rate is nan."),
        (["--batch-size", "0"], "The batch size is 0."),
        (["--batch-size", "9999"], "The batch size is 9999, but there are only 1437 training images."),
        (["--samples", "0"], "The number of samples is 0."),
        (["--labels", "100"], "A number of labels means nothing to the model 'vae'."),
        (["--model", "m2", "--labels", "0"], "The number of labels is 0."),
        (["--model", "m2", "--labels", "9"], "9 labels are too few for 10 classes."),
        (["--model", "m2", "--labels", "1438"], "1,438 labels are asked for, but there are only 1,437"),
        (["--hidden", "0"], "Hidden sizes are [0]"),
        (["--likelihood", "cauchy"], "There is no likelihood 'cauchy'"),
        (["--device", "tpu"], "There is no device 'tpu'."),
        (["--seed", "-1"], "The seed is -1."),
        (["--out", "../up"], "'../up' cannot be a run's name."),
        (["--out", ""], "The value of --out is empty."),
        (["--dataset", " "], "The value of --dataset is empty."),
        (["--hidden", "99999999,99999999"], "To train these networks takes 320 PB of memory: 2"),
        (["--hidden", "1" + "0" * 10], "Hidden sizes are [10000000000]. There must be one at least, and each must lie"),
        (["--model", "conv-vae", "--width", "100000"], "To train these networks takes "),
        (["--samples", "100001"], "The number of samples is 100001. It must lie between 1 and 100,000."),
        (
            ["--samples", "100000", "--batch-size", "1437", "--hidden", "4096"],
            "A step that decodes 143,700,000 draws of z takes ",
        ),
        (["--epochs", "1" + "0" * 22], "The number of epochs is 10000000000000000000000."),
        (["--free-bits", "1e308"], "The free bits are 1e+308. It must lie between 0 and 1,000,000;"),
        (["--seed", str(2**63)], "It must lie between 0 and 9,223,372,036,854,775,807."),
        (["--resume", "none"], "There is no run 'none'."),
        (["--discriminator-lr", "0.01"], "The model 'vae' has no discriminator."),
        (["--discriminator-beta1", "1"], "The discriminator's beta 1 is 1.0. It must lie between 0 and 0.9999;"),
        (["--validation", "-1"], "The number of validation images is -1. It must lie between 0 and 1,000,000,000."),
        (["--validation", "1437"], "1,437 validation images are asked for, but the training split has only 1,437"),
        (["--validation", "1430"], "leave 7 of 1,437 to train on, fewer than the 10 classes. Choose 1,427 or less."),
        (["--validation", "1400", "--batch-size", "99"], "fewer than a batch of 99. Choose 1,338 or less."),
    ],
)
def test_train_refuses(arguments: list[str], sentence: str, runs_root: Path, capsys: Capture) -> None:
    assert sentence in refused(capsys, "train", *TINY, *arguments)
    assert not runs_root.exists()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["train", "--dataset", "MNIST"], "Did you mean 'mnist'? Choose one of: digits,"),
        (["train", "--dataset", "fashion_mnist"], "Did you mean 'fashion-mnist'? Choose"),
        (["train", "--dataset", "photos"], "For the folder write 'folder:photos'. Choose one of: digits,"),
        (
            ["train", "--dataset", "digits", "--schedule", "Cosine"],
            "Did you mean 'cosine'? Choose constant, cosine or staged.",
        ),
        (["train", "--dataset", "digits", "--model", "VAE"], "'VAE'; did you mean 'vae'? Choose one of: vae,"),
        (
            ["train", "--dataset", "digits", "--likelihood", "Gauss"],
            "did you mean 'gaussian'? Choose one of: ",
        ),
        (["train", "--resume", "tinny"], "Did you mean 'tiny'? There are: tiny,"),
        (["evaluate", "Tiny"], "Did you mean 'tiny'? There are: tiny,"),
        (["evaluate", "tiny", "--measures", "ELBO"], "Did you mean 'elbo'? Choose of: elbo,"),
        (["map", "tiny", "--metric", "euclidian"], "Did you mean 'euclidean'? Choose one of: euclidean,"),
        (["map", "tiny", "--method", "t-sne"], "Did you mean 'tsne'? Choose one of: tsne,"),
    ],
)
@pytest.mark.usefixtures("trained")
def test_what_was_probably_meant_is_suggested(
    arguments: list[str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    assert hint in refused(capsys, *arguments)


@pytest.mark.parametrize(("typed", "meant"), [("trian", "train"), ("Evaluate", "evaluate"), ("exprot", "export")])
def test_a_command_that_was_probably_meant_is_suggested(typed: str, meant: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main([typed])
    assert capsys.readouterr().err.endswith(f" Did you mean '{meant}'?\n")


def test_train_needs_a_data_set(runs_root: Path, capsys: Capture) -> None:
    assert "No data set was named. Add --dataset" in refused(capsys, "train")
    assert not runs_root.exists()


def test_train_does_not_touch_a_run_of_the_same_name(trained: Run, capsys: Capture) -> None:
    before = trained.status()
    assert "There is already a run 'tiny'." in refused(capsys, "train", *TINY, "--out", "tiny")
    assert trained.status() == before


@pytest.mark.parametrize(
    ("files", "sentence"),
    [([], "There is no folder"), (["a.png"], "has 1 readable image. At least 2"), (["a.txt"], "holds no images")],
)
def test_train_refuses_a_folder(
    files: list[str], sentence: str, tmp_path: Path, runs_root: Path, data_root: Path, capsys: Capture
) -> None:
    for name in files:
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(encoded(photo()) if name.endswith(".png") else b"words, not pixels")
    assert sentence in refused(capsys, "train", *TINY, "--dataset", f"folder:{tmp_path / 'folder'}")
    assert not runs_root.exists()
    assert not data_root.exists()


def test_train_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXPLORER_RUNS", str(tmp_path / "file" / "runs"))
    assert "Could not write in" in refused(capsys, "train", *TINY)
    assert "Not a directory. Check its permissions" in refused(capsys, "train", *TINY)


def test_train_without_permission(runs_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    assert f"Could not write in {runs_root}: Permission denied." in refused(capsys, "train", *TINY)
    assert not runs_root.exists()


@pytest.mark.parametrize(
    "arguments",
    [["evaluate", ""], ["reconstruct", "tiny", "x.png", " "], ["reconstruct", "tiny", "x.png", "--out", ""],
     ["reconstruct", "tiny", "x.png", "--csv", ""], ["sample", "tiny", "--out", ""], ["export", "tiny", "--out", ""],
     ["map", "tiny", "--out", ""], ["map", "tiny", "--method", ""], ["evaluate", "tiny", "--measures", ""],
     ["train", "--resume", ""]],
)  # fmt: skip
@pytest.mark.usefixtures("trained")
def test_what_is_empty_means_neither_a_default_nor_this_folder(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path / "runs" / "tiny")  # where the empty path is a run
    assert " is empty. Give one; perhaps a variable in it is not set." in refused(capsys, *arguments)


@pytest.mark.parametrize("command", ["evaluate", "map", "reconstruct", "sample", "export"])
@pytest.mark.usefixtures("trained")
def test_every_command_refuses_an_unknown_run(command: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "x.png").write_bytes(encoded(photo()))
    rest = {"reconstruct": [str(tmp_path / "x.png")], "sample": ["--out", "x"], "export": ["--out", "x"]}
    assert "There is no run 'none'. There are: " in refused(capsys, command, "none", *rest.get(command, []))
    assert "has no config.json" in refused(capsys, command, str(tmp_path), *rest.get(command, []))


def truncate(path: Path) -> None:
    """Cut a file off in its middle."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite(path: Path) -> None:
    """Other bytes of the same length."""
    path.write_bytes(b"x" * path.stat().st_size)


@pytest.mark.parametrize("damage", [Path.unlink, truncate, overwrite])
@pytest.mark.parametrize("name", [WEIGHTS, "config.json", "status.json"])
def test_damaged_runs_are_refused(
    name: str, damage: Callable[[Path], None], trained: Run, tmp_path: Path, capsys: Capture
) -> None:
    damage(trained.path / name)
    out = tmp_path / "out"
    for arguments in (["evaluate", str(trained.path)], ["sample", str(trained.path), "--out", str(out / "x.png")]):
        sentence = refused(capsys, *arguments)
        assert name in sentence or "tiny has no weights" in sentence
    assert not out.exists()


@pytest.mark.usefixtures("runs_root", "data_root")
def test_train_says_what_it_found_in_a_folder(tmp_path: Path, capsys: Capture) -> None:
    folder = write_folder(tmp_path / "folder", [f"{split}/{i}.png" for split in ("Train", "val") for i in range(2)])
    (folder / "Train" / "bad.png").write_bytes(b"words, not pixels")
    assert main(["train", *TINY, "--dataset", f"folder:{folder}", "--out", "photos", "--json"]) == 0
    out, err = capsys.readouterr()
    json.loads(out)
    assert err.startswith(
        "4 images: 2 to train on, 2 to test; Train/ to train on, val/ to test.\nAll are 40 x 30 pixels;"
    )
    assert "Not read, not an image that can be read: Train/bad.png.\n" in err
    data = find_run("photos").config().data
    assert data is not None
    assert (data.skipped, data.reading) == (1, 3)


def test_evaluate_without_the_data(tmp_path: Path, runs_root: Path, data_root: Path, capsys: Capture) -> None:
    folder = write_folder(tmp_path / "folder", [f"{i}.png" for i in range(4)])
    done(capsys, "train", *TINY, "--dataset", f"folder:{folder}", "--out", "photos")
    assert done(capsys, "evaluate", "photos")["n"] == 1
    for i in range(4):
        photo(99 + i).save(folder / f"{i}.png")
    sentence = refused(capsys, "evaluate", "photos")
    assert "The test split of folder:" in sentence
    assert "is not here, or not the one photos was trained with" in sentence
    assert "A map needs at least 5 images; the number of test images is 1." in refused(
        capsys, "map", "photos", "--method", "pca"
    )


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no file"),
        (b"", "x.png is empty (0 bytes)."),
        (b"no picture", "x.png is not an image that can be read."),
        (encoded(photo())[:200], "x.png is damaged or cut off."),
    ],
)
def test_reconstruct_refuses(content: bytes | None, sentence: str, tmp_path: Path, capsys: Capture) -> None:
    good, bad, out = tmp_path / "good.png", tmp_path / "x.png", tmp_path / "out"
    photo().save(good)
    if content is not None:
        bad.write_bytes(content)
    assert sentence in refused(capsys, "reconstruct", "tiny", str(bad), "--out", str(out))
    assert not out.exists()
    assert main(["reconstruct", "tiny", str(bad), str(good), str(bad), "--out", str(out), "--json"]) == 2
    text, err = capsys.readouterr()
    result = json.loads(text)
    assert [row["file"] for row in result["images"]] == [str(good)]
    assert [path.name for path in out.iterdir()] == ["good-reconstruction.png"]
    assert [row["file"] for row in result["refused"]] == [str(bad)] * 2
    assert all(sentence in f"{row['message']} {row['hint']}" for row in result["refused"])
    assert result["error"]["message"] == "2 of 3 images were refused."
    assert sentence in one_sentence(err)


@pytest.mark.usefixtures("trained")
def test_images_that_were_all_refused_give_no_text(tmp_path: Path, capsys: Capture) -> None:
    files = [str(tmp_path / name) for name in ("a.png", "b.png")]
    sentence = refused(capsys, "reconstruct", "tiny", *files)
    assert sentence.startswith("Error: 2 of 2 images were refused. There is no file ")
    assert all(file in sentence for file in files)


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--n", "0"], "The number of samples is 0."),
        (["--n", "10001"], "The number of samples is 10001."),
        (["--temperature", "-1"], "The temperature is -1.0."),
        (["--temperature", "nan"], "The temperature is nan."),
        (["--temperature", "1e308"], "The temperature is 1e+308. It must lie between 0 and 1,000."),
        (["--seed", "-1"], "The seed is -1."),
        (["--seed", str(2**63)], "It must lie between 0 and 9,223,372,036,854,775,807."),
    ],
)
def test_sample_refuses(arguments: list[str], sentence: str, tmp_path: Path, capsys: Capture) -> None:
    assert sentence in refused(capsys, "sample", "tiny", "--out", str(tmp_path / "out" / "x.png"), *arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("trained")
def test_places_that_take_no_files(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").touch()
    inside = str(tmp_path / "file" / "x.png")
    photo().save(tmp_path / "x.png")
    assert "Could not write in" in refused(capsys, "sample", "tiny", "--out", inside)
    assert "Could not write in" in refused(capsys, "export", "tiny", "--out", inside)
    assert "Could not write in" in refused(capsys, "reconstruct", "tiny", str(tmp_path / "x.png"), "--out", inside)


FILE_OPTIONS = {"sample": ["--out"], "map": ["--method", "pca", "--out"], "reconstruct": ["one.png", "--csv"]}


@pytest.mark.parametrize("command", FILE_OPTIONS)
@pytest.mark.usefixtures("trained")
def test_a_folder_in_place_of_a_file_is_refused_before_any_work(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    photo().save("one.png")
    (tmp_path / "folder.png").mkdir()
    for folder in (str(tmp_path), "folder.png", "."):
        sentence = refused(capsys, command, "tiny", *FILE_OPTIONS[command], folder)
        assert sentence == f"Error: {folder} is a folder. Give the name of a file, which may lie in it."


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("JPEG", "JPEG"), ("webp", "WEBP"), ("tif", "TIFF")])
@pytest.mark.usefixtures("trained")
def test_a_picture_is_what_its_name_says(suffix: str, kind: str, tmp_path: Path, capsys: Capture) -> None:
    for command in (["sample", "tiny"], ["map", "tiny", "--method", "pca"]):
        target = tmp_path / f"x.{suffix}"
        done(capsys, *command, "--out", str(target))
        with Image.open(target) as picture:
            assert picture.format == kind


@pytest.mark.parametrize("name", ["x.gif", "x", "x.png.txt"])
@pytest.mark.usefixtures("trained")
def test_a_name_that_no_picture_has_is_refused_with_those_that_it_has(
    name: str, tmp_path: Path, capsys: Capture
) -> None:
    known = ".png, .jpg, .jpeg, .webp, .bmp, .tif, .tiff."
    sentence = refused(capsys, "sample", "tiny", "--out", str(tmp_path / name))
    assert sentence == f"Error: A picture cannot be written as '{name}'. End it with one of {known}"
    assert not list(tmp_path.glob("x*"))


# The terminal


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437"])
def test_a_terminal_without_these_letters_shows_escapes(
    encoding: str, trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    target = tmp_path / "数字.png"
    for json_flag in ([], ["--json"]):
        process = explorer("sample", "tiny", "--out", str(target), *json_flag)
        assert process.returncode == 0, process.stderr
        assert "\\u6570\\u5b57.png" in process.stdout
    assert json.loads(process.stdout)["file"] == str(target)
    process = explorer("reconstruct", "tiny", str(tmp_path / "字.png"))
    assert process.returncode == 2
    assert "\\u5b57.png" in one_sentence(process.stderr)


class UnexpectedError(Exception):
    """Something that no command expects."""


@pytest.mark.parametrize("error", [ExplorerError("The disk is full.", ""), KeyboardInterrupt(), UnexpectedError()])
@pytest.mark.parametrize("command", ["train", "evaluate", "map"])
@pytest.mark.usefixtures("trained")
def test_a_bar_ends_with_its_line_whatever_ends_the_command(
    command: str, error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def halfway(line: ProgressLine, *_: object) -> None:
        line.bar.refresh()
        raise error

    monkeypatch.setattr(ProgressLine, "share", halfway)
    given = {"train": TINY, "evaluate": ["tiny", "--measures", "elbo"], "map": ["tiny"]}
    with contextlib.suppress(UnexpectedError):
        main([command, *given[command]])
    drawn, _, rest = capsys.readouterr().err.rpartition("|")
    assert "%" in drawn
    assert rest.startswith("\n")


@pytest.mark.parametrize(
    ("variable", "value"), [("EXPLORER_DEVICE", "tpu"), ("EXPLORER_RUNS", __file__), ("EXPLORER_PORT", "many")]
)
def test_a_bad_environment_is_refused(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv(variable, value)
    assert f"{variable} is " in refused(capsys, "runs")


DEVICE_COMMANDS = {
    "train": ["--dataset", "digits", "--epochs", "1"],
    "sample": ["tiny", "--out", "x.png"],
    "map": ["tiny", "--method", "pca"],
    "evaluate": ["tiny", "--measures", "elbo"],
    "reconstruct": ["tiny", "one.png"],
    "export": ["tiny", "--out", "away"],
}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
@pytest.mark.parametrize("command", DEVICE_COMMANDS)
def test_every_command_refuses_a_device_that_is_not_there(
    command: str, trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    digit_picture().save("one.png")
    shutil.rmtree(trained.path / "latents")  # which a map alone would read
    monkeypatch.setattr(decoding, "MODEL_CACHE", decoding.ModelCache())
    monkeypatch.setenv("EXPLORER_DEVICE", "cuda")
    sentence = refused(capsys, command, *DEVICE_COMMANDS[command])
    assert "This machine has no usable 'cuda' device. It is what EXPLORER_DEVICE says." in sentence


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["train", "--latent", "two"],
        ["train", "--hidden", "a,b"],
        ["train", "--hidden", ""],
        ["train", "--hidden", "8,,8"],
        ["map", "x", "--method"],
    ],
)
def test_usage_errors_exit_with_2(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_draws_of_the_prior_need_a_file(trained: Run, capsys: Capture) -> None:
    assert "There is nothing to write to. Give a picture with --out FILE." in refused(capsys, "sample", trained.name)

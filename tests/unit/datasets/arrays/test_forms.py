"""Each form of arrays: what is read of it, a training on it, and the latents of the run that it gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.cli.main import main
from explorer.datasets.datasets import dataset_spec
from explorer.datasets.folder_report import report_from_json, report_sentences
from explorer.inference.latents import latents_of, originals
from explorer.maps.fits.image_index import Originals
from explorer.runs.loaded_run import load_run
from explorer.runs.run import find_run, list_runs
from tests.unit.datasets.arrays.array_files import FORMS, LABELS, PIXELS, both, in_order, loaded

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("form", FORMS)
def test_all_images_and_labels_are_read(form: str, tmp_path: Path) -> None:
    parts = loaded(FORMS[form](tmp_path))
    assert np.array_equal(both(parts), in_order(PIXELS))
    assert [part.classes for part in parts] == [("0", "1", "2")] * 2
    label_of = {image.tobytes(): label for image, label in zip(PIXELS, LABELS, strict=True)}
    for part in parts:
        assert part.shape == (1, 12, 12)
        assert part.labels is not None
        assert part.labels.tolist() == [label_of[image.tobytes()] for image in part.pixels]


@pytest.mark.parametrize("form", FORMS)
def test_it_is_trained_on_encoded_and_found_again(form: str, tmp_path: Path, runs_root: Path, capsys: Capture) -> None:
    path = FORMS[form](tmp_path)
    small = ["--model", "vae", "--latent", "2", "--hidden", "8", "--epochs", "1", "--device", "cpu", "--json"]
    assert main(["train", "--dataset", f"arrays:{path}", *small, "--out", "arrays"]) == 0
    told = capsys.readouterr()
    run = load_run(find_run("arrays"))
    assert json.loads(told.out)["state"] == "finished"
    assert run.data.name == f"arrays:{path}"
    assert run.data.report is not None
    for sentence in report_sentences(report_from_json(run.data.report, path)):
        assert sentence in told.err
    test = dataset_spec(run.data.name).load("test", None)
    images = originals(run, "test")
    assert images is not None  # by their fingerprint
    assert np.array_equal(images.pixels, test.pixels)
    assert latents_of(run, "test").mu.shape == (len(test), 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_glance_counts_what_is_read(form: str, tmp_path: Path) -> None:
    spec = dataset_spec(f"arrays:{FORMS[form](tmp_path)}")
    assert spec.glance is not None
    seen, train = spec.glance(), spec.load("train", None)
    assert (seen.classes, seen.channels, spec.side) == (train.classes, 1, 12)
    assert seen.n_train == (len(PIXELS) if seen.n_drawn else len(train))
    assert "60 images of 12 x 12 in 3 classes" in seen.note


def test_options_of_the_command_line_ride_with_the_run(tmp_path: Path, runs_root: Path, capsys: Capture) -> None:
    path = FORMS["npz"](tmp_path)
    small = [
        "--model",
        "vae",
        "--latent",
        "2",
        "--hidden",
        "8",
        "--epochs",
        "1",
        "--device",
        "cpu",
        "--validation",
        "0",
    ]
    said = ["--label-column", "none", "--array-values", "0,200", "--transposed", "--array-layout", "nhw"]
    assert main(["train", "--dataset", f"arrays:{path}", *small, *said]) == 0
    (run,) = list_runs()[-1:]
    assert run.path.parent == runs_root
    assert "-vae-med-npz-z2-1" in run.name
    facts = load_run(run).data
    assert facts.name == f"arrays:{path}?label=none&layout=nhw&values=0,200&transposed=yes"
    assert (facts.classes, facts.n_train, facts.n_test) == ((), 50, 10)
    assert originals(load_run(run), "train") is not None


def test_columns_of_arrays_are_of_the_images_of_a_map(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=PIXELS, split=np.where(np.arange(60) < 40, "train", "test"), age=np.arange(60))
    spec = dataset_spec(f"arrays:{tmp_path / 'a.npz'}")
    shown = Originals((spec.load("train", None), spec.load("test", None)), np.array([3, 39, 40, 59]))
    (age,) = shown.columns()
    assert (age.title, age.values.tolist()) == ("age", [3, 39, 40, 59])

"""What nats are, in the JSON, the tables and the text of each command: of grey pixels, and of binarised ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.cli.main import main
from explorer.datasets.datasets import dataset_spec
from explorer.image_lab.scores.anomaly_scores import score_quantiles_of, scores_of
from explorer.image_lab.scores.posterior_uncertainty import posterior_record
from explorer.inference.decoding import model_of
from explorer.inference.likelihood.entropy import binary_entropy_nats
from explorer.inference.reconstruction import reconstruct
from explorer.measures.nats import floor_nats, nats_note, values_at_floor
from explorer.measures.run_measures import kept_measures, measured
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import trained_in

FLOOR = 13.691  # nats: mean binary entropy of the 360 test digits
GREY = {"kind": "cross-entropy", "is_likelihood": False, "floor_nats": pytest.approx(FLOOR, abs=1e-3)}
BINARY = {"kind": "log-probability", "is_likelihood": True, "floor_nats": None}
DENSITY = {"kind": "log-density", "is_likelihood": True, "floor_nats": None}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "grey": ({}, GREY),
    "binarised": ({"binarise": "static"}, BINARY),
    "gaussian": ({"likelihood": "gaussian"}, DENSITY),
}


@pytest.fixture(scope="module", params=KINDS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    """A run of each kind, and what is to be said of it."""
    changes, expected = KINDS[request.param]
    return trained_in(tmp_path_factory.mktemp("told"), "tiny", **changes), expected


@pytest.fixture
def digit(tmp_path: Path) -> Path:
    """The first test digit as a file."""
    Image.fromarray(dataset_spec("digits").load("test", None).pixels[0, 0]).save(tmp_path / "digit.png")
    return tmp_path / "digit.png"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command printed that ended well."""
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def without_note(record: dict[str, Any]) -> dict[str, Any]:
    """The record but for its sentence, which fits its kind."""
    note = record.pop("note")
    assert ("cross-entropy, not a likelihood" in note) == (not record["is_likelihood"])
    return record


def test_every_command_tells(
    told: tuple[Run, dict[str, Any]], digit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run, expected), table = told, tmp_path / "table.csv"
    name, word = str(run.path), "cross-entropy, not a likelihood"
    commands = [
        ["evaluate", name, "--measures", "elbo,distortion,bits-per-dim,floor"],
        ["reconstruct", name, str(digit)],
        ["reconstruct", name, str(digit), "--csv", str(table)],
        ["map", name, "--method", "pca"],
    ]
    for command in commands:
        found = json.loads(printed(capsys, *command, "--json"))
        assert without_note(found["likelihood"]) == expected, command
    for command in commands[:2]:
        assert (word in printed(capsys, *command)) == (not expected["is_likelihood"]), command
    (row,) = csv.DictReader(table.read_text().splitlines())
    assert row["likelihood"] == expected["kind"]
    floors = {"cross-entropy": binary_entropy_nats(dataset_spec("digits").load("test", None).pixels[:1])[0]}
    assert float(row["floor_nats"] or "nan") == pytest.approx(
        {**floors, "log-probability": 0.0, "log-density": np.nan}[expected["kind"]], rel=1e-5, nan_ok=True
    )


def test_the_floor_is_a_measure_that_is_known_without_the_images(told: tuple[Run, dict[str, Any]]) -> None:
    run, expected = load_run(told[0]), told[1]
    found = measured(run, ["floor"], 5)["floor"]
    assert kept_measures(run)["floor"] == found
    if expected["floor_nats"] is None:
        assert found.value is None
        assert found.absent.endswith(f"these nats are a {expected['kind']}.")
        assert floor_nats(run) is None
        assert values_at_floor(run) == {}
        return
    assert found.values[0] == pytest.approx(FLOOR, abs=1e-3)
    assert found.n == 360
    gone = replace(run, data=replace(run.data, fingerprint_test="gone", entropy_nats=None))
    assert floor_nats(gone) == found.value
    assert nats_note(gone).endswith("Floor of the test images: 13.7 nats an image.")
    perfect = values_at_floor(run)
    assert perfect["elbo"] == pytest.approx(-FLOOR, abs=1e-3)
    assert perfect["bits-per-dim"] == pytest.approx(FLOOR / 64 / np.log(2), rel=1e-4)
    assert perfect["distortion"] == pytest.approx(FLOOR / np.log(2), rel=1e-4)
    assert "kl" not in perfect


def test_no_model_is_better_than_the_floor(told: tuple[Run, dict[str, Any]]) -> None:
    run = load_run(told[0])
    found = measured(run, ["elbo", "distortion", "bits-per-dim"], 5)
    perfect = values_at_floor(run)
    for name, one in found.items():
        if (floor := perfect.get(name)) is not None:
            assert (one.values[0] > floor) == (name != "elbo")


def test_a_saved_posterior_tells(told: tuple[Run, dict[str, Any]]) -> None:
    run, expected = load_run(told[0]), told[1]
    pixels = dataset_spec("digits").load("test", None).pixels[:1]
    scored = scores_of(run, pixels, ["mse", "elbo", "kl", "reconstruction"])
    record = posterior_record(run, "x", reconstruct(model_of(run), pixels)[0], scored, score_quantiles_of(run))
    assert without_note(record["likelihood"]) == expected

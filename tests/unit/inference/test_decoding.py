"""The decode service: right pictures, checked input, warm models."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.inference import decoding
from explorer.inference.decoding import DecodeService, ModelCache, decode, load_with_model, model_of
from explorer.runs.loaded_run import LoadedRun, WeightsReplacedError, load_run
from explorer.runs.run import Run
from explorer.runs.weights import save_weights
from tests.helpers import replace_weights, wait_for


def test_decode_gives_the_mean_pictures(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "BATCH", 4)
    z = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    pictures = decode(load_run(trained), z)
    assert pictures.shape == (10, 1, 8, 8)
    assert pictures.dtype == np.uint8
    expected = model_of(load_run(trained)).decode(torch.from_numpy(z)).numpy() * 255
    assert np.abs(pictures - expected).max() <= 0.501
    assert len({picture.tobytes() for picture in pictures}) == 10


@pytest.mark.parametrize(
    ("z", "sentence"),
    [
        (np.zeros((3, 5)), r"z has shape \[3, 5\]\. tiny takes rows of 2 numbers\."),
        (np.zeros(2), r"z has shape \[2\]"),
        (np.zeros((1, 1, 2)), r"z has shape \[1, 1, 2\]"),
        (np.array([[0.0, np.nan]]), "z holds values that are not finite"),
        (np.array([[0.0, -np.inf]]), "z holds values that are not finite"),
    ],
)
def test_a_bad_z_gets_a_sentence(z: np.ndarray, sentence: str, trained: Run) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        decode(load_run(trained), z)


def test_no_z_gives_no_picture(trained: Run) -> None:
    assert decode(load_run(trained), np.empty((0, 2), np.float32)).shape == (0, 1, 8, 8)


def test_far_away_z_still_gives_a_picture(trained: Run) -> None:
    assert decode(load_run(trained), np.full((1, 2), 1e30, np.float32)).shape == (1, 1, 8, 8)


def test_models_stay_warm_until_their_weights_change(trained: Run) -> None:
    cache = ModelCache()
    model = cache.get(load_run(trained))
    assert cache.get(load_run(Run(trained.path))) is model
    with torch.no_grad():
        next(model.parameters()).add_(1)
    trained.write_status(replace(trained.status(), weights_sha256=save_weights(trained, model)))
    assert cache.get(load_run(trained)) is not model


def test_the_least_used_model_goes_first(trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []

    def load(run: LoadedRun, device: torch.device) -> str:
        loads.append(run.name)
        return run.name

    monkeypatch.setattr(decoding, "load_model", load)
    loaded = load_run(trained)
    cache = ModelCache(size=2)
    for name in "abacab":
        cache.get(replace(loaded, run=Run(tmp_path / name)))
    assert loads == ["a", "b", "c", "b"]


class SlowLoads:
    """In place of ``load_model``: it waits until it is let go on, and may fail."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on, self.fails = threading.Event(), False

    def load(self, run: LoadedRun, device: torch.device) -> str:
        self.begun.append(run.name)
        if run.name.startswith("slow"):
            assert self.go_on.wait(20)
        if self.fails:
            raise ExplorerError("Damaged.")
        return run.name


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowLoads:
    loads = SlowLoads()
    monkeypatch.setattr(decoding, "load_model", loads.load)
    return loads


def test_a_model_that_is_being_read_holds_up_none_that_is_warm_or_another(
    trained: Run, tmp_path: Path, slow: SlowLoads
) -> None:
    loaded, cache = load_run(trained), ModelCache()
    warm, cold, other = (replace(loaded, run=Run(tmp_path / name)) for name in ("warm", "slow", "other"))
    cache.get(warm)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(cache.get, cold) for _ in range(3)]
        wait_for(lambda: "slow" in slow.begun)
        assert str(pool.submit(cache.get, warm).result(20)) == "warm"
        assert str(pool.submit(cache.get, other).result(20)) == "other"
        assert not any(one.done() for one in waiting)
        slow.go_on.set()
        assert [str(one.result(20)) for one in waiting] == ["slow"] * 3
    assert slow.begun == ["warm", "slow", "other"]


def test_a_model_that_could_not_be_read_is_told_to_all_who_wait_and_tried_again(
    trained: Run, tmp_path: Path, slow: SlowLoads
) -> None:
    cache, cold = ModelCache(), replace(load_run(trained), run=Run(tmp_path / "slow"))
    slow.fails = True
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(cache.get, cold) for _ in range(2)]
        wait_for(lambda: bool(slow.begun))
        slow.go_on.set()
        for one in waiting:
            with pytest.raises(ExplorerError, match="Damaged"):
                one.result(20)
    slow.fails = False
    assert str(cache.get(cold)) == "slow"


def test_weights_that_are_being_replaced_are_read_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    final = trained.status()
    trained.write_status(replace(final, state="running", weights_sha256="of the epoch before"))
    waits = []

    def written_meanwhile(seconds: float) -> None:
        waits.append(seconds)
        trained.write_status(replace(final, state="running"))

    before = load_run(trained)
    monkeypatch.setattr(time, "sleep", written_meanwhile)
    loaded, model = load_with_model(trained)
    assert len(waits) == 1
    assert loaded.weights_sha256 == final.weights_sha256
    assert model_of(loaded) is model
    with pytest.raises(WeightsReplacedError, match="weights of tiny were replaced meanwhile"):
        model_of(before)


def test_a_model_that_is_kept_outlives_its_weights(trained: Run) -> None:
    loaded, model = load_with_model(trained)
    replace_weights(trained)
    assert model_of(loaded) is model
    assert load_with_model(trained)[1] is not model


def test_the_service_gives_each_visitor_their_own_picture(trained: Run) -> None:
    service, model = DecodeService(), model_of(load_run(trained))
    z = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    answers = [service.submit(model, row) for row in z]
    pictures = np.stack([answer.result(timeout=30) for answer in answers])
    assert np.abs(pictures.astype(int) - decode(load_run(trained), z)).max() <= 1  # batches round differently


def test_the_service_outlives_a_request_that_fails(trained: Run) -> None:
    service, model = DecodeService(), model_of(load_run(trained))
    with pytest.raises(RuntimeError):
        service.submit(model, np.zeros(7, np.float32)).result(timeout=30)
    assert service.submit(model, np.zeros(2, np.float32)).result(timeout=30).shape == (1, 8, 8)

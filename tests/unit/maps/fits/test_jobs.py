"""Maps fitted elsewhere: one process for all who ask, its progress, and every way it can end."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.cli.main import main
from explorer.inference.latents import write_npz
from explorer.maps.fits.jobs import frame_path, map_frame, map_progress, map_task, recorded_fit, start_map, stop_map
from explorer.maps.fits.options import MapOptions
from explorer.maps.fits.projections import kept_map, map_file
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks import process_task
from explorer.runs.tasks.process_task import TaskProgress, TaskRecorder
from explorer.runs.tasks.processes import start_time

TSNE = "tsne"


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that would have been started."""
    started: list[list[str]] = []
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: started.append(arguments))
    return started


def own(run: Run, **changes: Any) -> TaskProgress:
    """Progress of this very process."""
    began = start_time(os.getpid())
    return replace(TaskProgress(0.2, time.time(), run.status().weights_sha256, os.getpid(), began), **changes)


def keep_map(run: Run) -> None:
    """A map of the right size, as a finished fit leaves it."""
    n = load_run(run).data.n_test
    points = np.zeros((n, 2), np.float32)
    write_npz(load_run(run), map_file(TSNE), {"points": points, "weights": np.array(run.status().weights_sha256)})


def test_visitors_who_ask_at_once_start_one_process(trained: Run, spawned: list[list[str]]) -> None:
    gate = threading.Barrier(8)

    def ask(_: int) -> None:
        gate.wait()
        start_map(load_run(trained), TSNE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert spawned == [["map", str(trained.path), "--method", TSNE]]


def test_a_kept_map_is_not_fitted_again(trained: Run, spawned: list[list[str]]) -> None:
    keep_map(trained)
    start_map(load_run(trained), TSNE)
    assert spawned == []
    assert map_progress(load_run(trained), TSNE) is None


def test_other_options_are_another_map_and_reach_the_process(trained: Run, spawned: list[list[str]]) -> None:
    keep_map(trained)
    chosen = MapOptions(perplexity=12, metric="cosine", dims=(1, 0))
    start_map(load_run(trained), TSNE, chosen, "all")
    start_map(load_run(trained), "latent", chosen)
    path = str(trained.path)
    assert spawned == [
        ["map", path, "--method", TSNE, "--split", "all", "--perplexity", "12", "--metric", "cosine"],
        ["map", path, "--method", "latent", "--dims", "1,0"],
    ]
    assert map_progress(load_run(trained), TSNE, chosen, "all") is not None
    assert map_progress(load_run(trained), TSNE, chosen) is None


def test_a_running_fit_is_not_started_twice_but_a_dead_one_is(trained: Run, spawned: list[list[str]]) -> None:
    map_task(load_run(trained), TSNE).write(own(trained))
    start_map(load_run(trained), TSNE)
    assert spawned == []
    map_task(load_run(trained), TSNE).write(own(trained, pid_started=1.0))  # the number was taken by another process
    start_map(load_run(trained), TSNE)
    assert len(spawned) == 1


def test_a_run_that_cannot_be_written_says_so(trained: Run, spawned: list[list[str]]) -> None:
    (trained.path / "maps").write_bytes(b"in the way")
    with pytest.raises(ExplorerError, match="Could not write"):
        start_map(load_run(trained), TSNE)
    assert spawned == []


def test_an_unknown_method_is_refused(trained: Run, spawned: list[list[str]]) -> None:
    with pytest.raises(ExplorerError, match="no map method 'umap3'"):
        start_map(load_run(trained), "umap3")


def test_a_fit_is_seen_while_it_runs_and_leaves_nothing(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_task, "WRITE_EVERY_S", 0)
    with recorded_fit(load_run(trained), TSNE) as note:
        note(0.5)
        seen = map_progress(load_run(trained), TSNE)
        assert seen is not None
        assert (seen.done, seen.pid, seen.error) == (0.5, os.getpid(), "")
        keep_map(trained)
    assert not map_task(load_run(trained), TSNE).path.exists()


def test_what_goes_wrong_is_left_for_the_page(trained: Run, spawned: list[list[str]]) -> None:
    with pytest.raises(ExplorerError), recorded_fit(load_run(trained), TSNE):
        raise ExplorerError("Too few images.", "Use more.")
    failed = map_progress(load_run(trained), TSNE)
    assert failed is not None
    assert (failed.error, failed.hint) == ("Too few images.", "Use more.")
    with pytest.raises(ZeroDivisionError), recorded_fit(load_run(trained), TSNE):
        raise ZeroDivisionError
    failed = map_progress(load_run(trained), TSNE)
    assert failed is not None
    assert "ZeroDivisionError" in failed.error
    start_map(load_run(trained), TSNE)
    assert len(spawned) == 1


def test_points_are_seen_while_they_take_shape(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_task, "WRITE_EVERY_S", 0)
    points = np.random.default_rng(0).normal(size=(360, 2)).astype(np.float32)
    with recorded_fit(load_run(trained), TSNE) as note:
        assert map_frame(load_run(trained), TSNE) is None
        note(0.5, points)
        np.testing.assert_array_equal(map_frame(load_run(trained), TSNE), points)
        frame_path(load_run(trained), TSNE).write_bytes(b"half")
        assert map_frame(load_run(trained), TSNE) is None
        note(0.6, points)
        keep_map(trained)
    assert map_frame(load_run(trained), TSNE) is None
    assert not frame_path(load_run(trained), TSNE).exists()


def test_a_fit_that_is_asked_to_stop_hears_of_it(trained: Run) -> None:
    stop_map(load_run(trained), TSNE)
    assert not map_task(load_run(trained), TSNE).stop_path.exists()  # there is nothing to stop
    with recorded_fit(load_run(trained), TSNE) as note:
        assert not note(0.1)
        stop_map(load_run(trained), TSNE)
        assert note(0.2)
        keep_map(trained)
    assert not map_task(load_run(trained), TSNE).stop_path.exists()


def test_a_new_fit_does_not_obey_an_old_stop(trained: Run, spawned: list[list[str]]) -> None:
    (trained.path / "maps").mkdir()
    map_task(load_run(trained), TSNE).stop_path.write_bytes(b"stop")
    start_map(load_run(trained), TSNE)
    assert len(spawned) == 1
    assert not map_task(load_run(trained), TSNE).stop_path.exists()


def test_a_stopped_tsne_keeps_its_points(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[float] = []

    def note(recorder: TaskRecorder, done: float, title: str = "") -> bool:
        written.append(done)
        return len(written) > 3

    monkeypatch.setattr(TaskRecorder, "note", note)
    assert main(["map", str(trained.path)]) == 0
    kept = kept_map(load_run(trained), TSNE)
    assert kept is not None
    assert kept.facts.stopped
    assert kept.quality is not None
    assert len(written) == 4


def test_a_method_that_cannot_be_stopped_early_says_so(
    trained: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(TaskRecorder, "note", lambda *_: True)
    assert main(["map", str(trained.path), "--method", "tsne-sklearn"]) == 2
    assert "keeps nothing unfinished" in capsys.readouterr().err
    failed = map_progress(load_run(trained), "tsne-sklearn")
    assert failed is not None
    assert "stopped" in failed.error


def test_a_map_that_could_not_be_kept_is_a_failure_to_the_page(trained: Run) -> None:
    with recorded_fit(load_run(trained), TSNE):
        pass  # nothing is kept, as on a full disk
    failed = map_progress(load_run(trained), TSNE)
    assert failed is not None
    assert "could not be kept" in failed.error


def test_the_command_leaves_a_map_and_no_progress(trained: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(trained.path), "--method", "pca", "--json"]) == 0
    assert kept_map(load_run(trained), "pca") is not None
    assert not map_task(load_run(trained), "pca").path.exists()
    assert '"n": 360' in capsys.readouterr().out


def test_the_command_maps_a_run_that_takes_no_files(trained: Run, capsys: pytest.CaptureFixture[str]) -> None:
    (trained.path / "maps").write_bytes(b"in the way")
    assert main(["map", str(trained.path), "--method", "pca", "--json"]) == 0
    assert '"file": null' in capsys.readouterr().out

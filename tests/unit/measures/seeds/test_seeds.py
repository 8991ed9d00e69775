"""Runs that differ in the seed alone: recognised, measured together, told as mean and deviation."""

from __future__ import annotations

import json
import shutil
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.base.errors import ExplorerError
from explorer.cli.main import main
from explorer.measures.measured_value import Measured, absent
from explorer.measures.run_measures import kept_measures, write_measures
from explorer.measures.seeds.replicate_runs import replicates, seed_of
from explorer.measures.seeds.spread import SeedSpread, measured_over_seeds, over_seeds, spread_of
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run


def copy_of(run: Run, name: str, **training: Any) -> LoadedRun:
    """A copy of the run with other training options."""
    other = Run(run.path.parent / name)
    shutil.copytree(run.path, other.path)
    config = other.config()
    other.write_config(replace(config, training={**config.training, **training}))
    return load_run(other)


def test_only_the_seed_may_differ(trained: Run) -> None:
    run = load_run(trained)
    twin = copy_of(trained, "twin", seed=5, device="cpu")
    changes: list[dict[str, Any]] = [{"lr": 0.5}, {"epochs": 99}, {"output_bias": "random"}]
    for i, changed in enumerate(changes):
        copy_of(trained, f"other-{i}", seed=6 + i, **changed)
    unfinished = copy_of(trained, "unfinished", seed=9)
    unfinished.run.write_status(replace(unfinished.status, state="running"))
    assert [one.name for one in replicates(run)] == [run.name, "twin"]
    assert [seed_of(one) for one in replicates(twin)] == [seed_of(run), 5]
    assert [one.name for one in replicates(load_run(unfinished.run))] == ["unfinished"]


def test_of_one_seed_the_run_itself_stands_for_it(trained: Run) -> None:
    same = copy_of(trained, "same-seed")
    assert replicates(same) == [same]
    assert over_seeds(same) == {}


def test_mean_and_deviation_of_comparable_values() -> None:
    found = {
        0: {"elbo": Measured(-1.0, 10), "nll": Measured(5.0, 10, samples=8), "mse": Measured(1.0, 10)},
        1: {"elbo": Measured(-2.0, 10), "nll": Measured(6.0, 10, samples=9), "mse": absent("none")},
        7: {"elbo": Measured(-6.0, 10), "nll": Measured(7.0, 10, samples=8), "kl-per-dim": Measured((1.0, 2.0), 10)},
    }
    spreads = spread_of(found, own=0)
    assert spreads == {"elbo": SeedSpread({0: -1.0, 1: -2.0, 7: -6.0}), "nll": SeedSpread({0: 5.0, 7: 7.0})}
    elbo = spreads["elbo"]
    assert elbo.mean == -3
    assert elbo.deviation == pytest.approx(statistics.stdev([-1, -2, -6]))
    assert elbo.stderr == pytest.approx(elbo.deviation / 3**0.5)


def test_all_seeds_are_measured_with_one_progress(trained: Run) -> None:
    run, twin = load_run(trained), copy_of(trained, "measured-twin", seed=5)
    shares: list[float] = []
    found = measured_over_seeds(run, ["elbo", "mse"], progress=lambda done, _: shares.append(done))
    assert {name: one.value for name, one in found.items()} == {
        name: one.value for name, one in kept_measures(run).items()
    }
    assert kept_measures(twin).keys() == {"elbo", "mse"}
    assert shares == sorted(shares)
    assert shares[0] < 0.5 < shares[-1] <= 1
    write_measures(twin, "test", {**kept_measures(twin), "mse": replace(kept_measures(twin)["mse"], value=0.5)})
    own = kept_measures(run)["mse"].values[0]
    assert over_seeds(run)["mse"].mean == pytest.approx((own + 0.5) / 2)


def json_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The answer of a command."""
    assert main([*arguments, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_several_seeds_are_trained_and_evaluated(runs_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny = ("--dataset", "digits", "--hidden", "4", "--epochs", "1", "--device", "cpu", "--seed", "3")
    trained = json_of(capsys, "train", *tiny, "--seeds", "2", "--out", "several")
    assert [one["name"] for one in trained["runs"]] == ["several-seed-3", "several-seed-4"]
    elbos = [load_run(Run(runs_root / one["name"])).status.test_elbo_nats for one in trained["runs"]]
    assert trained["test_elbo_nats"] == pytest.approx(statistics.fmean(filter(None, elbos)))
    assert trained["test_elbo_deviation_nats"] == pytest.approx(statistics.stdev(filter(None, elbos)))
    assert elbos[0] != elbos[1]
    found = json_of(capsys, "evaluate", "several-seed-4", "--measures", "mse", "--seeds")
    each = [json_of(capsys, "evaluate", f"several-seed-{seed}", "--measures", "mse")["mse"] for seed in (3, 4)]
    assert found["seeds"] == [3, 4]
    assert found["over_seeds"]["mse"] == {
        "mean": pytest.approx(statistics.fmean(each)),
        "deviation": pytest.approx(statistics.stdev(each)),
        "n": 2,
    }
    assert main(["evaluate", "several-seed-4", "--measures", "mse", "--seeds"]) == 0
    assert "Seeds 3, 4, mean +- standard deviation:\nMSE " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--seeds", "1", "--dataset", "digits"), "The number of seeds is 1. It must lie between 2 and 100."),
        (("--seeds", "2", "--resume", "some"), "--seeds trains new runs, and --resume goes on with one."),
    ],
)
def test_what_is_no_request_for_seeds(
    runs_root: Path, arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not runs_root.exists()


def test_evaluating_a_run_without_others_says_so(trained: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(trained.path), "--measures", "mse", "--seeds"]) == 0
    assert "No other run differs from it in the seed alone" in capsys.readouterr().out
    with pytest.raises(ExplorerError):
        measured_over_seeds(load_run(trained), ["no-such-measure"])

"""Two gloo processes train as one does; a lost one ends the run in a sentence; another number of them goes on."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.run import Run
from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup, choose_gpu, process_group
from explorer.training.run_lock import LOCK
from tests.e2e.serving import free_port
from tests.launched import ended, together

TRAIN = ["train", "--dataset", "digits", "--hidden", "16", "--device", "cpu", "--json"]
OPTIONS = ["--free-bits", "0.1", "--binarise", "dynamic", "--augment", "--grad-clip", "5", "--batch-size", "110",
           "--patience", "9", "--ema", "0.9"]  # fmt: skip
TOLERANCE = 1e-4  # relative, of train and test ELBO: sums are added up in another order


def curve(run: Run) -> list[float]:
    """The ELBOs of the training, validation and test images, epoch by epoch."""
    lines = metric_lines(run)
    return [e for m in lines for e in (m["train_elbo_nats"], m["validation"]["elbo_nats"], m["test"]["elbo_nats"])]


@pytest.mark.slow
def test_two_processes_train_as_one_and_one_goes_on(runs_root: Path) -> None:
    one = together(1, *TRAIN, *OPTIONS, "--epochs", "4", "--out", "one")
    leader, other = ended(together(2, *TRAIN, *OPTIONS, "--epochs", "2", "--out", "two"))
    ((alone, _, _),) = ended(one)
    assert (alone, leader[0], other[0]) == (0, 0, 0), leader[2] + other[2]
    assert json.loads(leader[1])["state"] == "finished"
    assert (other[1], other[2]) == ("", "")  # only the leader speaks
    single, run = Run(runs_root / "one"), Run(runs_root / "two")
    assert "2 processes" in run.status().device
    assert curve(run) == pytest.approx(curve(single)[:6], rel=TOLERANCE)

    ((code, _, err),) = ended(together(1, *TRAIN[:1], "--resume", "two", "--epochs", "4"))
    assert code == 0, err
    assert curve(run) == pytest.approx(curve(single), rel=TOLERANCE)
    assert load_run(run).data.n_validation == 143
    models = [load_model(load_run(r), torch.device("cpu")).state_dict() for r in (single, run)]
    for name, value in models[0].items():
        assert torch.allclose(value, models[1][name], atol=1e-3), name


@pytest.mark.slow
def test_a_lost_worker_ends_the_run_in_a_sentence(runs_root: Path) -> None:
    workers = together(2, *TRAIN, "--epochs", "100000", "--out", "lost")
    assert workers[0].stderr is not None
    said = ""
    while "test ELBO" not in said:
        letter = workers[0].stderr.read(1)
        assert letter, said
        said += letter
    workers[1].send_signal(signal.SIGKILL)
    (code, out, _), _ = ended(workers)
    assert code == 2
    assert json.loads(out)["error"]["message"] == "Another process of this training was lost, so it ended."
    run = Run(runs_root / "lost")
    assert run.status().state == "failed"
    assert "--resume" in run.status().hint
    assert not (run.path / LOCK).exists()


FAILURES = [
    ({"RANK": "1"}, r"Process 1 of 2, counted from 0, at 127\.0\.0\.1:\d+: The client socket has timed out"),
    ({"RANK": "0"}, r"Process 0 of 2, counted from 0, at 127\.0\.0\.1:\d+: Timed out after .* 1/2 clients joined\. S"),
    ({"RANK": "0", "MASTER_ADDR": ""}, "environment variable MASTER_ADDR expected, but not set"),
]


@pytest.mark.parametrize(("environment", "sentence"), FAILURES)
def test_processes_that_do_not_find_one_another_say_which_and_why(
    environment: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"WORLD_SIZE": "2", "LOCAL_RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    for name, value in {**given, **environment}.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    with pytest.raises(ExplorerError, match="did not find one another") as caught, process_group("cpu", timeout_s=1):
        pass
    assert re.search(sentence, str(caught.value))


def test_a_number_of_processes_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "two")
    with pytest.raises(ExplorerError, match="WORLD_SIZE is 'two'"), process_group():
        pass


@pytest.mark.parametrize(
    ("gpus", "rank", "processes", "chosen"), [(4, 3, 4, (3, "nccl")), (1, 1, 2, (0, "gloo")), (2, 3, 4, (1, "gloo"))]
)
def test_processes_that_share_a_gpu_exchange_by_gloo(
    gpus: int, rank: int, processes: int, chosen: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "set_device", used.append)
    monkeypatch.setenv("LOCAL_RANK", str(rank))
    monkeypatch.setenv("LOCAL_WORLD_SIZE", str(processes))
    backend = choose_gpu()
    assert (*used, backend) == chosen


def test_shares_are_even_and_whole() -> None:
    for n, size in ((128, 3), (7, 2), (1, 4), (96, 8)):
        rows = [list(range(n))[ProcessGroup(rank, size).share(n)] for rank in range(size)]
        assert [i for part in rows for i in part] == list(range(n))
        assert max(map(len, rows)) - min(map(len, rows)) <= 1


def test_alone_there_is_nobody_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group() as group:
        assert group == SINGLE_PROCESS
    assert group.is_leader
    assert group.broadcast_bytes(b"x") == b"x"
    assert group.broadcast_integers([1, 2]) == [1, 2]
    assert torch.equal(group.mean(torch.ones(2), 4), torch.full((2,), 0.25))

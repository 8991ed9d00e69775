"""Broken off anywhere and resumed, a training ends with the same weights; and one process alone trains a run."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from explorer.base.errors import ExplorerError
from explorer.base.files import write_atomic
from explorer.base.runtime_settings import PROJECT
from explorer.datasets.datasets import Images
from explorer.runs.loaded_run import load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.training.checkpoint import STATE, packed, read_state, save_state, unpacked
from explorer.training.config import TrainConfig, checked_config
from explorer.training.polling import Poller, PollIntervals
from explorer.training.run_lock import LOCK, training_lock
from explorer.training.run_writer import RunWriter
from explorer.training.state import State, TrainingPosition
from explorer.training.stored_config import training_config
from explorer.training.train_run import new_run, resume_run, train_new
from tests.helpers import tiny_config, write_folder

pytestmark = pytest.mark.usefixtures("runs_root")
EVERY_STEP = PollIntervals(poll_s=0.0, save_s=0.0)
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "cosine, warm-up, patience": {"schedule": "cosine", "kl_warmup": 2.5, "patience": 2, "lr": 0.02},
    "drawn pixels": {"binarise": "dynamic", "augment": True, "samples": 2},
    "few labels": {"model": "m2", "labels": 100, "label_warmup": 2.0, "validation": 200, "patience": 4},
    "a discriminator": {"model": "factor-vae", "beta": 4.0, "schedule": "cosine", "weight_decay": 0.1},
    "clip, free bits, static": {"binarise": "static", "grad_clip": 1.0, "free_bits": 0.2, "weight_decay": 0.1},
}


def quiet(_: Status) -> None:
    """Progress that nobody watches."""


def trained(config: TrainConfig, beat: PollIntervals | None = None, stop: Callable[[], bool] = lambda: False) -> Run:
    """A new run, trained here and now."""
    return train_new(config, None, quiet, stop, beat)


def go_on(run: Run, epochs: int | None = None, intervals: PollIntervals | None = None) -> None:
    """Resume here and now."""
    resume_run(run, quiet, lambda: False, epochs, intervals)


def free(run: Run) -> bool:
    """Whether nobody trains the run, as a thread that has nothing to do with this one finds it."""

    def attempt() -> bool:
        try:
            with training_lock(run):
                return True
        except ExplorerError:
            return False

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(attempt).result()


def outcome(run: Run) -> tuple[Any, ...]:
    """What must not depend on breaks: weights, ELBOs, epochs and their figures, frames."""
    status = run.status()
    lines = [(m["epoch"], m["train_elbo_nats"], m["test"], m["validation"], m["lr"]) for m in metric_lines(run)]
    frames = sorted((path.name, path.read_bytes()) for path in (run.path / "frames").glob("*.png"))
    elbos = status.test_elbo_nats, status.validation_elbo_nats
    return status.state, status.epoch, status.weights_sha256, elbos, status.best_epoch, lines, frames


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_paused_again_and_again_it_ends_as_if_it_had_not_been(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(epochs=4, seed=3, **options)
    unbroken = trained(config)
    calls = [0]

    def every_seventh(self: Poller, seen: int) -> str:
        calls[0] += 1
        return "pause" if calls[0] % 7 == 0 else "save" if calls[0] % 2 else ""

    monkeypatch.setattr(Poller, "after_step", every_seventh)
    broken = trained(config)
    sittings = 1
    while broken.status().state == "paused":
        go_on(broken)
        sittings += 1
    assert sittings > 4
    assert outcome(broken) == outcome(unbroken)


KILLED = """
import sys
from explorer.training.train_run import resume_run
from explorer.training.polling import PollIntervals
from explorer.runs.run import find_run
resume_run(find_run(sys.argv[1], paths=True), lambda s: print(s.epoch, flush=True), lambda: False, None,
           PollIntervals(0.0, 0.0))
"""


def process(run: Run, limit_bytes: int | None = None) -> subprocess.Popen[str]:
    """A process that trains the run and saves at every step; it may be forbidden to write larger files."""
    limit = (
        ""
        if limit_bytes is None
        else f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); \
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))"
    )
    command = [sys.executable, "-c", f"{limit}\n{KILLED}", str(run.path)]
    # Not measured by coverage, whose own file could not grow either.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.Popen(
        command, cwd=PROJECT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


KILLER = """
import os, signal, sys
import safetensors.torch, sklearn.datasets, sklearn.model_selection, torch._dynamo, models
from explorer.training.train_run import resume_run
from explorer.training.polling import PollIntervals
from explorer.runs.run import find_run
run = find_run(sys.argv[1], paths=True)
for statuses in map(int, sys.argv[2:]):
    read, write = os.pipe()
    child = os.fork()  # torch is imported once; the child trains and is killed
    if not child:
        resume_run(run, lambda s: os.write(write, b"."), lambda: False, None, PollIntervals(0.0, 0.0))
    for _ in range(statuses):
        os.read(read, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(run.status().state, (run.path / "train.lock").exists())
"""


@pytest.mark.slow
def test_killed_at_five_random_moments_it_ends_with_the_same_weights() -> None:
    config = tiny_config(epochs=12, seed=4, patience=12, schedule="cosine")
    unbroken = trained(config)
    run = new_run(config)
    moments = np.random.default_rng(int(time.time())).integers(3, 30, 5)  # statuses, about a dozen an epoch
    command = [sys.executable, "-c", KILLER, str(run.path), *map(str, moments)]
    killed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=200, check=False)
    assert killed.stdout.splitlines() == ["running True"] * 5, (moments, killed.stderr)
    go_on(run)
    assert outcome(run) == outcome(unbroken), moments
    assert not (run.path / LOCK).exists()
    assert free(run)


@pytest.mark.parametrize("method", ["append_metrics", "frames", "save"])
def test_killed_between_two_files_of_a_tick(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny_config(epochs=4, patience=4)
    unbroken = trained(config)

    original = getattr(RunWriter, method)

    class Killed(BaseException):
        pass

    def killing(self: RunWriter, *arguments: Any) -> None:
        if metric_lines(self.run) and metric_lines(self.run)[-1]["epoch"] == 2:
            raise Killed
        original(self, *arguments)

    monkeypatch.setattr(RunWriter, method, killing)
    run = new_run(config)
    with pytest.raises(Killed):
        go_on(run)
    monkeypatch.setattr(RunWriter, method, original)
    go_on(run)
    assert outcome(run) == outcome(unbroken)


def test_stopped_then_resumed() -> None:
    config = tiny_config(epochs=3)
    unbroken = trained(config)
    run = trained(config, EVERY_STEP, lambda: True)
    assert run.status().state == "stopped"
    assert [line["epoch"] for line in metric_lines(run)] == [128 / 1437]
    assert run.has_weights
    go_on(run)
    assert outcome(run) == outcome(unbroken)


def test_a_page_pauses_by_a_file() -> None:
    run = new_run(tiny_config(epochs=50))
    (run.path / "control").write_text("pause\n")
    go_on(run, intervals=EVERY_STEP)
    status = run.status()
    assert (status.state, status.pid, status.epoch) == ("paused", None, 0)
    assert status.progress == pytest.approx(128 / 1437 / 50)
    assert not (run.path / "control").exists()
    assert (run.path / STATE).is_file()


def test_a_request_left_by_a_killed_process_is_forgotten() -> None:
    run = trained(tiny_config(epochs=2), EVERY_STEP, lambda: True)
    (run.path / "control").write_text("pause\n")
    go_on(run)
    assert run.status().state == "finished"


def test_a_finished_run_goes_on_for_more_epochs() -> None:
    short, long = trained(tiny_config(epochs=2)), trained(tiny_config(epochs=4))
    with pytest.raises(ExplorerError, match=r"has 2 epochs already\. Ask for more, as in --epochs 4"):
        go_on(short, 2)
    go_on(short, 4)
    assert outcome(short) == outcome(long)
    assert training_config(short).epochs == 4
    (short.path / STATE).unlink()
    with pytest.raises(ExplorerError, match="keeps no state to go on from"):
        go_on(short, 6)
    assert short.status().state == "finished"


def test_a_run_without_a_state_begins_anew() -> None:
    unbroken = trained(tiny_config(epochs=2))
    run = trained(tiny_config(epochs=2), EVERY_STEP, lambda: True)
    (run.path / STATE).unlink()
    go_on(run)
    assert outcome(run) == outcome(unbroken)


@pytest.mark.parametrize("kept", [-9, 4, 0, -1])
def test_a_damaged_state_is_told(kept: int) -> None:
    run = trained(tiny_config(epochs=2), EVERY_STEP, lambda: True)
    content = (run.path / STATE).read_bytes()
    (run.path / STATE).write_bytes(content[:kept] + (b"\x77" if kept == -1 else b""))
    with pytest.raises(ExplorerError, match=r"The resume state of .* is damaged: .*Delete its folder 'resume'"):
        go_on(run)
    assert run.status().state == "stopped"


def damage(run: Run) -> None:
    """A checkpoint with a byte too many."""
    (run.path / STATE).write_bytes((run.path / STATE).read_bytes() + b"!")


def of_another_model(run: Run) -> None:
    """The checkpoint of a run with other networks."""
    other = trained(tiny_config(epochs=1, hidden=(9,)))
    (run.path / STATE).write_bytes((other.path / STATE).read_bytes())


def other_images(run: Run) -> None:
    """Images that are no longer those of the run."""
    pytest.MonkeyPatch().setattr(Images, "fingerprint", lambda self: "another")


REFUSALS = {
    "is damaged": damage,
    "The resume state is another model's": of_another_model,
    "The images of digits have changed since .* was trained on them": other_images,
}


@pytest.mark.parametrize("how", ["finished", "stopped", "queued again"])
@pytest.mark.parametrize("sentence", REFUSALS)
def test_what_cannot_be_resumed_stays_as_it_was(how: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Images, "fingerprint", Images.fingerprint)  # given back at the end
    run = trained(tiny_config(epochs=2), EVERY_STEP, (lambda: True) if how == "stopped" else (lambda: False))
    REFUSALS[sentence](run)
    before, status = {path: path.read_bytes() for path in files_of(run)}, run.status()
    if how == "queued again":
        run.write_status(replace(status, state="queued", stage="waiting"))
    with pytest.raises(ExplorerError, match=sentence):
        resume_run(run, lambda _: None, lambda: False, epochs=9)
    after = run.status()
    assert (after.state, after.epoch) == ("stopped" if how == "stopped" else "finished", status.epoch)
    assert re.search(sentence, after.error)
    assert {path: path.read_bytes() for path in files_of(run)} == before
    assert load_run(run).config == run.config()


def files_of(run: Run) -> list[Path]:
    """All files of the run but its status and locks."""
    return [path for path in run.path.rglob("*") if path.is_file() and path.name not in ("status.json", LOCK)]


def test_weights_without_a_checkpoint_are_not_replaced_by_those_of_other_images() -> None:
    run = trained(tiny_config(epochs=2), EVERY_STEP, lambda: True)
    (run.path / STATE).unlink()
    before = {path: path.read_bytes() for path in files_of(run)}
    with pytest.raises(ExplorerError, match=r"The images of shapes have changed since .* was trained on them"):
        resume_run(run, lambda _: None, lambda: False, epochs=9, dataset="shapes")
    assert run.status().state == "stopped"
    assert {path: path.read_bytes() for path in files_of(run)} == before


def test_a_new_run_that_cannot_begin_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(tiny_config())
    monkeypatch.setattr("explorer.training.runner.set_up", refused)
    with pytest.raises(ExplorerError, match="No images"):
        go_on(run)
    assert (run.status().state, run.status().error) == ("failed", "No images.")


def refused(*_: object) -> None:
    raise ExplorerError("No images.", "Put them back.")


@pytest.mark.parametrize("where", ["relative", "moved"])
def test_a_folder_of_images_is_found_from_another_directory_or_where_it_is_said_to_be(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "home" / "pictures", [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(10)])
    monkeypatch.chdir(tmp_path / "home")
    config = checked_config(tiny_config(dataset="folder:pictures", epochs=1, side=8, batch_size=4))
    assert config.dataset == f"folder:{tmp_path / 'home' / 'pictures'}"
    run = trained(config)
    monkeypatch.chdir(tmp_path)
    if where == "moved":
        (tmp_path / "home").rename(tmp_path / "moved")
        with pytest.raises(ExplorerError):
            resume_run(run, lambda _: None, lambda: False, epochs=2)
        assert run.status().state == "finished"
    now = f"folder:{tmp_path / 'moved' / 'pictures'}" if where == "moved" else None
    resume_run(run, lambda _: None, lambda: False, epochs=2, dataset=now)
    assert (run.status().state, run.status().epoch, run.status().error) == ("finished", 2, "")
    assert load_run(run).data.name == (now or config.dataset)


def test_shipped_runs_are_left_alone(shipped_root: Path) -> None:
    run = trained(tiny_config())
    os.rename(run.path, shipped_root)
    (shipped_root.parent / "mine").mkdir()
    with pytest.raises(ExplorerError, match="ships with the product"):
        go_on(Run(shipped_root / run.name), 9)


def test_a_state_from_another_kind_of_device_starts_its_epoch_anew() -> None:
    run = trained(tiny_config(epochs=2), EVERY_STEP, lambda: True)
    content = read_state(run.path)
    assert content is not None
    state = unpacked(content, "")
    assert state.at.seen == 128
    save_state(run.path, replace(state, device="cuda"))
    go_on(run)
    assert run.status().state == "finished"
    assert [line["epoch"] for line in metric_lines(run)] == [1, 2]


def test_a_state_is_what_was_packed() -> None:
    tensors = {"a": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3, dtype=torch.uint8)}
    state = State(tensors, TrainingPosition(2, 7, 9, 1.5, best_elbo_nats=-3.0), "cpu")
    again = unpacked(packed(state), "")
    assert asdict(again.at) == asdict(state.at)
    assert all(torch.equal(again.tensors[name], tensors[name]) for name in tensors)


def flipped(content: bytes) -> Iterator[bytes]:
    """The content with each of its bits turned over, one at a time."""
    for place in range(len(content)):
        for bit in range(8):
            yield content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def test_a_single_wrong_bit_never_gives_another_state() -> None:
    state = State({"a": torch.arange(4.0)}, TrainingPosition(2, 7, 9, 1.5, best_elbo_nats=-3.0, best_epoch=1), "cpu")
    found = 0
    for content in flipped(packed(state)):
        try:
            again = unpacked(content, "")
        except ExplorerError:
            found += 1
            continue
        assert (asdict(again.at), again.device) == (asdict(state.at), "cpu")
        assert torch.equal(again.tensors["a"], state.tensors["a"])
    assert found > 0.9 * 8 * len(packed(state))


def test_the_state_of_an_earlier_version_is_read() -> None:
    tensors, facts = {"a": torch.arange(4.0)}, {"format": 1, "device": "cpu", "at": {"epoch": 3, "step": 12}}
    facts["sha256"] = hashlib.sha256(b"a" + tensors["a"].numpy().tobytes()).hexdigest()
    state = unpacked(save(tensors, {"training": json.dumps(facts)}), "")
    assert (state.at.epoch, state.at.step) == (3, 12)


# One process a run


def test_the_second_process_is_told() -> None:
    run = new_run(tiny_config(epochs=100_000))
    with process(run) as child:
        assert child.stdout is not None
        while run.status().state != "running":
            assert child.stdout.readline()
        before = run.status()
        with pytest.raises(ExplorerError, match=rf"is being trained by process {child.pid}\."):
            go_on(run)
        assert (run.status().state, run.status().pid) == ("running", before.pid)
        child.kill()
        child.communicate()


def test_one_thread_alone_trains_a_run() -> None:
    run = new_run(tiny_config())
    with training_lock(run):
        assert not free(run)
        with pytest.raises(ExplorerError, match=r"is being trained by another process\."), training_lock(run):
            pass
    assert not (run.path / LOCK).exists()
    assert free(run)


@pytest.mark.parametrize(
    "content", [f"{2**22 + 1} 1.0\n", "1 1.0\n", "", "nonsense"], ids=["dead", "own", "empty", "no"]
)
@pytest.mark.parametrize("name", ["lock", "train.lock"])
def test_what_earlier_or_dead_processes_left_is_no_lock(name: str, content: str) -> None:
    run = new_run(tiny_config())
    (run.path / name).write_text(content)
    assert free(run)


# When it cannot go on


def test_a_full_disk_ends_the_training_with_its_last_state_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny_config(epochs=4)
    unbroken = trained(config)
    whole = write_atomic

    def full(path: Path, content: bytes) -> None:
        if path.name == "state.safetensors" and (run.path / "frames" / "epoch-0003.png").exists():
            raise ExplorerError(f"Could not write in {path.parent}: No space left on device.", "Check the free space.")
        whole(path, content)

    run = new_run(config)
    monkeypatch.setattr("explorer.training.checkpoint.write_atomic", full)
    with pytest.raises(ExplorerError, match="No space left"):
        go_on(run)
    assert run.status().state == "failed"
    assert "No space left on device" in run.status().error
    monkeypatch.setattr("explorer.training.checkpoint.write_atomic", whole)
    go_on(run)
    assert outcome(run) == outcome(unbroken)


def test_files_that_may_not_grow_end_the_training_in_a_sentence() -> None:
    run = new_run(tiny_config(epochs=200))
    with process(run, limit_bytes=60_000) as child:  # metrics.jsonl grows beyond it
        _, err = child.communicate(timeout=120)
    assert child.returncode == 1
    assert err.splitlines()[-1].startswith("explorer.base.errors.ExplorerError: Could not write in ")
    assert "File too large" in err
    status = run.status()
    assert (status.state, status.pid) == ("failed", None)
    assert "File too large" in status.error
    assert read_state(run.path) is not None
    go_on(run, epochs=status.epoch + 1)  # with room again it goes on
    assert run.status().state == "finished"


def test_an_explosion_keeps_the_last_good_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(tiny_config(epochs=2))
    good = run.status().weights_sha256
    config = asdict(run.config())
    config["training"]["lr"] = 0.999
    config["training"]["likelihood"] = "gaussian"
    (run.path / "config.json").write_text(json.dumps(config))
    content = read_state(run.path)
    assert content is not None
    state = unpacked(content, "")
    state.tensors["model.decoder.0.2.weight"] *= 1e4  # as a step far too long would leave it
    save_state(run.path, state)
    with pytest.raises(ExplorerError, match=r"The loss exploded in epoch 3: .* The last good weights are kept\."):
        go_on(run, 5)
    assert run.status().state == "failed"
    assert run.status().weights_sha256 == good
    assert "smaller learning rate than 0.999" in run.status().hint

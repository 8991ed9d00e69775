"""What each option of a training does to pixels, weights and the course of it."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.datasets.binarisation import binarised, binarised_at, held_out_pixels
from explorer.datasets.datasets import dataset_spec
from explorer.images import Pixels
from explorer.inference.latents import compute_latents, read_latents
from explorer.inference.likelihood import evaluation
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.run import Run
from explorer.training import presets
from explorer.training import step as steps
from explorer.training.batch_source import Resident, Streamed, shifted, training_source
from explorer.training.config import TrainConfig, checked_config
from explorer.training.distributed import ProcessGroup
from explorer.training.hooks import Hooks, Tick, never
from explorer.training.setup import set_up
from explorer.training.step import Step, fastest_step, step_draws
from explorer.training.stored_config import config_from_json
from explorer.training.train_run import train_new
from explorer.training.trainer import Trainer, fit
from models import MODELS
from models.objectives import Elbo
from models.vae import VAE
from tests.helpers import tiny_config

CPU = torch.device("cpu")
ROWS = (slice(0, 4), slice(4, 10))
TRAIN = dataset_spec("digits").load("train", None).pixels[:300]
TEST = dataset_spec("digits").load("test", None).pixels[:50]


def fresh_model(seed: int = 0) -> VAE:
    """A small model for digits."""
    torch.manual_seed(seed)
    return MODELS["vae"].build({"shape": (1, 8, 8), "latent": 2, "hidden": (16,)})


def weights(model: VAE) -> torch.Tensor:
    """All of them in one row."""
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def ticks_of(config: TrainConfig, model: VAE | None = None) -> list[Tick]:
    """Train on digits; what was told."""
    ticks: list[Tick] = []
    fit(model or fresh_model(), TRAIN, TEST, config, Hooks(ticks.append, lambda *_: None, never))
    return ticks


@pytest.mark.parametrize(
    "changes",
    [
        {"kl_warmup": 1.0},
        {"free_bits": 0.5},
        {"grad_clip": 0.1},
        {"binarise": "static"},
        {"binarise": "dynamic"},
        {"augment": True},
        {"denoise": 0.2},
        {"weight_decay": 0.1},
    ],
)
def test_every_option_reaches_the_weights(changes: dict[str, Any]) -> None:
    found = []
    for config in (tiny_config(), tiny_config(**changes)):
        model = fresh_model()
        ticks_of(config, model)
        found.append(weights(model))
    assert not torch.equal(*found)


def test_the_weight_of_the_kl_rises_to_beta() -> None:
    ticks = ticks_of(tiny_config(epochs=4, kl_warmup=2.5, beta=3.0, batch_size=100))
    assert [tick.beta_now for tick in ticks] == pytest.approx([3 / 2.5, 6 / 2.5, 3.0, 3.0])
    trainer = Trainer(fresh_model(), TRAIN, TEST, tiny_config(kl_warmup=2.0), Hooks(print, print, never))
    assert trainer.beta() == 0.0


def test_free_bits_leave_the_first_nats_alone() -> None:
    kl = torch.tensor([[0.1, 2.0], [0.3, 4.0]], requires_grad=True)  # means 0.2 and 3
    elbo = Elbo(torch.zeros(2), kl)
    loss = elbo.free_bits_loss(2.0, 0.5, kl.mean(0))
    assert loss.item() == pytest.approx(2 * (0.5 + 3.0))
    loss.backward()
    assert kl.grad is not None
    assert kl.grad.tolist() == [[0, 1], [0, 1]]
    assert elbo.free_bits_loss(1.0, 0.0, kl.mean(0)).item() == pytest.approx(elbo.loss().item())


def test_the_gradient_is_cut_to_its_norm() -> None:
    config = tiny_config(grad_clip=0.01)
    step = Step(fresh_model(), config)
    generator = torch.Generator().manual_seed(0)
    step(torch.from_numpy(TRAIN[:50]), step_draws(step.model, config, 50, generator), 1.0, 50)
    norm = math.sqrt(sum(float(p.grad.square().sum()) for p in step.parameters if p.grad is not None))
    assert norm == pytest.approx(0.01, rel=1e-3)


@pytest.mark.usefixtures("runs_root")
def test_patience_ends_the_training_and_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def worse_after_two(model: VAE, pixels: Pixels, *arguments: Any, **named: Any) -> Any:
        calls.append(len(pixels))
        elbo = -50.0 + [1, 5, 4, 5, 3, 9][calls.count(len(pixels)) - 1]
        return replace(evaluation.evaluate(model, pixels, *arguments, **named), elbo_nats=elbo)

    monkeypatch.setattr("explorer.training.trainer.evaluate", worse_after_two)
    run = train_new(tiny_config(epochs=6, patience=3), "patient", lambda _: None, never)
    status = run.status()
    assert (status.state, status.epoch, status.best_epoch, status.test_elbo_nats) == ("finished", 5, 2, -45)
    assert [line["best"] for line in metric_lines(run)] == [True, True, False, False, False]
    calls.clear()
    two = train_new(tiny_config(epochs=2, validation=143), "two", lambda _: None, never)
    assert status.weights_sha256 == two.status().weights_sha256


def test_static_pixels_are_drawn_once_with_their_greys_probability() -> None:
    grey = np.full((4000, 1, 2, 2), 51, np.uint8)
    grey[:, 0, 0] = [0, 255]
    drawn = binarised(grey, 3)
    assert set(np.unique(drawn)) == {0, 255}
    assert drawn[:, 0, 0, 0].max() == 0
    assert drawn[:, 0, 0, 1].min() == 255
    assert drawn[:, 0, 1].mean() / 255 == pytest.approx(0.2, abs=0.015)
    assert np.array_equal(drawn, binarised(grey, 3))
    assert not np.array_equal(drawn, binarised(grey, 4))
    some = np.array([7, 3900, 12])
    assert np.array_equal(binarised_at(grey[some], some, 3), drawn[some])
    assert np.array_equal(held_out_pixels(grey, "none"), grey)
    assert np.array_equal(held_out_pixels(grey, "static"), held_out_pixels(grey, "dynamic"))


def test_dynamic_pixels_are_drawn_anew() -> None:
    config = tiny_config(binarise="dynamic")
    step, generator = Step(fresh_model(), config), torch.Generator().manual_seed(0)
    images = torch.full((2000, 1, 8, 8), 51, dtype=torch.uint8)
    first, second = (step.pixels(images, step_draws(step.model, config, 2000, generator)) for _ in range(2))
    assert set(first.unique().tolist()) == {0, 1}
    assert first.mean().item() == pytest.approx(0.2, abs=0.005)
    assert not torch.equal(first, second)


def test_denoising_shows_the_encoder_noise_and_asks_for_the_clean_image(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny_config(denoise=0.3)
    step, generator = Step(fresh_model(), config), torch.Generator().manual_seed(0)
    told: list[torch.Tensor] = []

    def overheard(x: torch.Tensor, noise: torch.Tensor, seen: torch.Tensor, condition: None) -> Elbo:
        told.extend([x, seen])
        return step.model.elbo_with(x, noise, seen, condition)

    monkeypatch.setattr(step, "elbo", overheard)
    step(torch.from_numpy(TRAIN), step_draws(step.model, config, 300, generator), 1.0, 300)
    clean, seen = told
    assert torch.equal(clean, torch.from_numpy(TRAIN).float() / 255)
    noise = seen - clean
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert noise.std().item() == pytest.approx(0.3, rel=0.02)
    parts = [step_draws(step.model, config, 10, torch.Generator().manual_seed(0)).part(rows) for rows in ROWS]
    whole = step_draws(step.model, config, 10, torch.Generator().manual_seed(0))
    assert whole.encoder_noise is not None
    assert torch.equal(torch.cat([p.encoder_noise for p in parts if p.encoder_noise is not None]), whole.encoder_noise)


@pytest.mark.parametrize("model", [name for name, spec in MODELS.items() if not spec.model.takes_free_bits])
def test_free_bits_are_refused_where_they_mean_nothing(model: str) -> None:
    config = tiny_config(model=model, free_bits=0.1)
    for refuse in (set_up, presets.startable):
        with pytest.raises(ExplorerError, match=f"Free bits mean nothing to the model '{model}'"):
            refuse(config)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "cvae", "architecture": "conv"}, "The model 'cvae' has networks of its own."),
        ({"model": "conv-vae", "architecture": "conv"}, "The model 'conv-vae' has networks of its own."),
        (
            {"architecture": "transformer"},
            "There is no architecture 'transformer'; choose one of: dense, conv, burgess, resnet.",
        ),
        ({"width": 8}, "A width is that of convolutions, and these networks have none."),
        ({"model": "m2", "width": 8}, "A width is that of convolutions, and these networks have none."),
        ({"width": 0}, "The width is 0."),
        ({"architecture": "conv", "side": 7}, "The convolutions take images of 8 to 256 pixels a side"),
        ({"architecture": "resnet", "side": 15}, "The convolutions take images of 16 to 256 pixels a side"),
    ],
)
def test_networks_that_there_are_not_are_refused(changes: dict[str, Any], sentence: str) -> None:
    for refuse in (lambda config: set_up(checked_config(config)), presets.startable):
        with pytest.raises(ExplorerError) as caught:
            refuse(tiny_config(**changes))
        assert caught.value.message.startswith(sentence)


@pytest.mark.parametrize(
    ("changes", "width"),
    [({"architecture": "conv"}, 32), ({"architecture": "conv", "width": 4}, 4), ({"model": "conv-vae", "width": 4}, 4)],
)
def test_convolutions_take_digits_enlarged_and_as_wide_as_asked_for(changes: dict[str, Any], width: int) -> None:
    setup = set_up(tiny_config(**changes))
    assert setup.facts.shape == (1, 28, 28)
    assert setup.model.state_dict()["encoder.0.weight"].shape == (width, 1, 4, 4)


@pytest.mark.parametrize(
    "options", [{"name": "beta-tcvae"}, {"name": "factor-vae"}, {"name": "vae", "likelihood": "gaussian-optimal"}]
)
def test_what_compares_the_images_of_a_batch_is_not_shared_by_processes(options: dict[str, Any]) -> None:
    name = options.pop("name")
    model = MODELS[name].build({"shape": (1, 8, 8), "latent": 2, "hidden": (16,), **options})
    with pytest.raises(ExplorerError, match="whole batch, which 2 processes would share"):
        Trainer(model, TRAIN, TEST, tiny_config(), Hooks(print, print, never), group=ProcessGroup(size=2))


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize("model", [name for name, spec in MODELS.items() if not spec.condition and not spec.sides])
def test_every_model_trains_into_a_run_whose_latents_are_read_again(model: str) -> None:
    run = train_new(tiny_config(model=model, beta=2.0, samples=2, latent=3), model, lambda _: None, never)
    latents = read_latents(load_run(run), "test")
    assert latents is not None
    again = compute_latents(load_run(run), "test", dataset_spec("digits").load("test", None))
    np.testing.assert_allclose(latents.values.kl_nats, again.values.kl_nats, rtol=1e-5, atol=1e-6)
    assert latents.values.kl_nats.any() == MODELS[model].variational
    assert sorted(latents.order().tolist()) == [0, 1, 2]


@pytest.mark.usefixtures("runs_root")
def test_the_best_sigma_of_the_batches_is_kept_with_the_weights() -> None:
    run = train_new(tiny_config(likelihood="gaussian-optimal", epochs=3), "sigma", lambda _: None, never)
    variance = load_model(load_run(run), CPU).state_dict()["likelihood.variance"].item()
    assert metric_lines(run)[-1]["test"]["mse"] == pytest.approx(variance, rel=0.3)


def test_shifted_images_repeat_their_edge() -> None:
    image = torch.arange(9, dtype=torch.uint8).reshape(1, 1, 3, 3).repeat(2, 1, 1, 1)
    moved = shifted(image, torch.tensor([[1, 0], [0, -2]]))
    assert moved[0, 0].tolist() == [[0, 1, 2], [0, 1, 2], [3, 4, 5]]
    assert moved[1, 0].tolist() == [[2, 2, 2], [5, 5, 5], [8, 8, 8]]


def test_shifts_reach_two_pixels_each_way() -> None:
    config = tiny_config(augment=True)
    drawn = step_draws(fresh_model(), config, 500, torch.Generator().manual_seed(0))
    assert drawn.shifts is not None
    assert drawn.shifts.unique().tolist() == [-2, -1, 0, 1, 2]


@pytest.mark.parametrize("binarise", ["none", "static", "dynamic"])
def test_streamed_pixels_train_as_resident_ones_do(
    binarise: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "pixels.npy", TRAIN)
    mapped = np.load(tmp_path / "pixels.npy", mmap_mode="r")
    config = tiny_config(epochs=2, batch_size=64, binarise=binarise, seed=5)
    models = fresh_model(), fresh_model()
    trainers = [
        Trainer(m, p, TEST, config, Hooks(lambda _: None, print, never))
        for m, p in zip(models, (TRAIN, mapped), strict=True)
    ]
    trainers[1].source = training_source(mapped, CPU, 5 if binarise == "static" else None, resident_mb=0)
    assert isinstance(trainers[0].source, Resident)
    assert isinstance(trainers[1].source, Streamed)
    for trainer in trainers:
        assert trainer.run() == "finished"
    assert torch.equal(*map(weights, models))


def test_a_stream_that_is_left_early_ends_its_thread() -> None:
    source = Streamed(TRAIN, CPU)
    parts = list(torch.arange(300).split(10))
    stream = source.batches(parts)
    assert torch.equal(next(iter(stream)), torch.from_numpy(TRAIN[:10]))
    stream.close()  # type: ignore[attr-defined]


def test_where_no_graph_can_be_captured_the_step_is_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(fresh_model(), tiny_config())
    assert fastest_step(step, 10) == (step, "")

    def fails(*_: Any) -> None:
        raise RuntimeError("operation not permitted\nwhen stream is capturing")

    monkeypatch.setattr(steps, "GraphedStep", fails)
    step.device = torch.device("cuda")
    assert fastest_step(step, 10) == (step, "no CUDA graph: operation not permitted")


def test_speed_is_measured_once_a_gpu_has_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[torch.device] = []

    def finished(device: torch.device) -> None:
        waited.append(device)
        time.sleep(0.1)

    monkeypatch.setattr(torch.cuda, "synchronize", finished)
    ticks: list[Tick] = []
    trainer = Trainer(fresh_model(), TRAIN, TEST, tiny_config(), Hooks(ticks.append, lambda *_: None, never))
    trainer.step.device = torch.device("cuda")
    trainer.run()
    assert waited == [torch.device("cuda")]
    assert ticks[0].images_per_s < len(TRAIN) / 0.1


@pytest.mark.usefixtures("runs_root")
def test_half_precision_needs_a_gpu() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(ExplorerError, match=r"Half precision \(amp\) needs CUDA, and this would run on cpu"):
        set_up(tiny_config(amp=True))


def test_a_model_that_cannot_be_compiled_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def compiler(*_: Any, **__: Any) -> Any:
        def fails(*_: Any) -> None:
            raise RuntimeError("no C++ compiler\nfar too much detail")

        return fails

    monkeypatch.setattr(torch, "compile", compiler)
    with pytest.raises(ExplorerError, match=r"could not be compiled: no C\+\+ compiler Train without --compile"):
        Step(fresh_model(), tiny_config(compile=True))


def test_old_configs_are_read() -> None:
    assert config_from_json({"dataset": "digits", "hidden": [4]}) == TrainConfig(
        "digits", hidden=(4,), output_bias="random"
    )


@pytest.mark.parametrize("validation", [0, 300])
def test_training_begins_at_the_mean_of_its_images(validation: int) -> None:
    setup = set_up(tiny_config(validation=validation))
    pixels = setup.train.pixels if setup.trained is None else setup.train.pixels[setup.trained]
    mean = torch.from_numpy(pixels.mean(0) / 255).float().clamp(0.001, 0.999)
    bias = next(weights for name, weights in reversed(setup.model.decoder.state_dict().items()))
    torch.testing.assert_close(bias.sigmoid().reshape(mean.shape), mean)
    random = set_up(tiny_config(validation=validation, output_bias="random")).model.state_dict()
    own = setup.model.state_dict()
    assert [name for name in own if not torch.equal(own[name], random[name])] == ["decoder.0.2.bias"]


def test_the_start_is_the_better_one_on_the_first_batch() -> None:
    setups = [set_up(tiny_config(output_bias=start)) for start in ("data-mean", "random")]
    x = torch.from_numpy(setups[0].test.pixels).float() / 255
    with torch.no_grad():
        mean, random = (float(setup.model.elbo(x).elbo.mean()) for setup in setups)
    assert mean > random + 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lr": 10.0}, "The learning rate is 10.0."),
        ({"weight_decay": -0.1}, "The weight decay is -0.1."),
        ({"kl_warmup": -1.0}, "The KL warm-up is -1.0 epochs."),
        ({"kl_warmup": math.inf}, "The KL warm-up is inf epochs."),
        ({"free_bits": -0.5}, "The free bits are -0.5."),
        ({"grad_clip": math.nan}, "The gradient clip is nan."),
        ({"denoise": -0.1}, "The noise to take out is -0.1."),
        ({"patience": -1}, "The patience is -1 epochs."),
        ({"binarise": "yes"}, "There is no binarisation 'yes'. Choose none, static or dynamic."),
    ],
)
def test_what_cannot_be_trained_with(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        checked_config(tiny_config(**changes))
    assert str(caught.value).startswith(sentence)
    assert caught.value.hint


@pytest.mark.usefixtures("runs_root")
def test_metrics_tell_what_the_pages_show() -> None:
    run: Run = train_new(tiny_config(epochs=2, latent=3), None, lambda _: None, never)
    line = metric_lines(run)[-1]
    assert line["active_units"] == line["test"]["active_units"] <= 3
    assert (line["beta_now"], line["seconds_left"], len(line["test"]["kl_per_dim"])) == (1.0, 0.0, 3)
    status = run.status()
    assert status.memory_mb is not None
    assert 50 < status.memory_mb < 20_000
    assert (run.path / "frames" / "manifold-0002.png").is_file()

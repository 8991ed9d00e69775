"""The loop: it learns, repeats itself bit for bit, stops when asked, and refuses what it cannot train with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import dataset_spec
from explorer.training.config import OPTIONS, TrainConfig, checked_config, effective_batch
from explorer.training.hooks import Hooks, Tick
from explorer.training.polling import Poller, PollIntervals
from explorer.training.trainer import decay, fit
from models import MODELS
from models.adam import Adam
from models.vae import VAE
from tests.helpers import tiny_config

TRAIN = dataset_spec("digits").load("train", None).pixels[:300]
TEST = dataset_spec("digits").load("test", None).pixels[:50]


def fresh_model(seed: int = 0) -> VAE:
    """A small model for digits."""
    torch.manual_seed(seed)
    return MODELS["vae"].build({"shape": (1, 8, 8), "latent": 2, "hidden": (16,)})


def hooks(ticks: list[Tick], should_stop: Callable[[], bool] = lambda: False) -> Hooks:
    """Hooks that collect ticks."""
    return Hooks(ticks.append, lambda epoch, images_per_s: None, should_stop)


def weights_after(config: TrainConfig) -> torch.Tensor:
    """All weights of a freshly trained model in one row."""
    model = fresh_model(config.seed)
    fit(model, TRAIN, TEST, config, hooks([]))
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_the_loss_falls_and_ticks_tell_of_it() -> None:
    ticks: list[Tick] = []
    assert fit(fresh_model(), TRAIN, TEST, tiny_config(epochs=4, lr=0.01), hooks(ticks))
    assert [tick.epoch for tick in ticks] == [1, 2, 3, 4]
    assert ticks[-1].test.elbo_nats > ticks[0].test.elbo_nats + 1
    assert ticks[-1].train_elbo_nats > ticks[0].train_elbo_nats + 1
    for tick in ticks:
        assert tick.train_elbo_nats == pytest.approx(tick.train_reconstruction_nats - tick.train_kl_nats)
        assert tick.test.n == 50
        assert tick.images_per_s > 0
    assert [tick.elapsed_s for tick in ticks] == sorted(tick.elapsed_s for tick in ticks)


def test_same_seed_same_weights_bit_for_bit() -> None:
    first, same, other = (weights_after(tiny_config(seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_plain_training_is_the_textbook_s_bit_for_bit() -> None:
    model, generator = fresh_model(3), torch.Generator().manual_seed(3)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, eps=1e-8, weight_decay=0.0, fused=True)
    for rows in torch.randperm(300, generator=generator).split(128):
        x = torch.from_numpy(TRAIN)[rows].float() / 255
        mu, logvar = model.encoder(x).chunk(2, dim=-1)
        z = mu + torch.exp(0.5 * logvar) * torch.randn((1, len(rows), 2), generator=generator)
        logits = model.decoder(z.reshape(-1, 2)).reshape(1, *x.shape)
        bce = torch.nn.functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")
        kl = 0.5 * (mu.square() + torch.expm1(logvar) - logvar)
        optimizer.zero_grad()
        (kl.sum(-1) + bce.sum((-3, -2, -1)).mean(0)).mean().backward()
        optimizer.step()
    expected = torch.cat([p.detach().ravel() for p in model.parameters()])
    assert torch.equal(weights_after(tiny_config(seed=3, batch_size=128)), expected)


@pytest.mark.parametrize(
    "changes", [{"beta": 4.0}, {"samples": 3}, {"lr": 0.01}, {"schedule": "cosine"}, {"batch_size": 50}]
)
def test_every_option_reaches_the_weights(changes: dict[str, Any]) -> None:
    assert not torch.equal(weights_after(tiny_config()), weights_after(tiny_config(**changes)))


def test_training_averages_weigh_every_image_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Adam, "step", lambda self: None)  # the weights stay as they are
    ticks: list[Tick] = []
    model = fresh_model()
    fit(model, TRAIN, TRAIN, tiny_config(batch_size=128), hooks(ticks))  # batches of 128, 128, 44
    assert ticks[0].train_kl_nats == pytest.approx(ticks[0].test.kl_nats, rel=1e-5)


def test_stop_after_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Poller, "after_step", lambda self, seen: "")
    ticks: list[Tick] = []
    assert not fit(fresh_model(), TRAIN, TEST, tiny_config(epochs=5), hooks(ticks, lambda: len(ticks) == 2))
    assert [tick.epoch for tick in ticks] == [1, 2]


def test_a_stop_in_the_last_epoch_comes_too_late_to_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Poller, "after_step", lambda self, seen: "")  # on a slow machine it would stop within the epoch
    assert fit(fresh_model(), TRAIN, TEST, tiny_config(), hooks([], lambda: True))


def test_stop_within_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Poller, "after_step", lambda self, seen: "" if seen < 128 else "stop")
    ticks: list[Tick] = []
    assert not fit(fresh_model(), TRAIN, TEST, tiny_config(epochs=5, batch_size=64), hooks(ticks))
    assert [tick.epoch for tick in ticks] == [128 / 300]  # evaluated all the same
    assert ticks[0].test.n == 50


def test_pace_speaks_twice_a_second_and_asks_for_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    said: list[tuple[float, float]] = []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    hooks = Hooks(lambda _: None, lambda *told: said.append(told), lambda: len(said) == 3, lambda: len(said) == 4)
    pace = Poller(2, 100, 1000, hooks, PollIntervals(poll_s=0.5, save_s=1.0))
    answers = []
    for step in range(1, 21):
        clock[0] = 100 + step / 10
        answers.append(pace.after_step(100 + step * 30))
    assert np.array(said) == pytest.approx(np.array([[2.25, 300], [2.4, 300], [2.55, 300], [2.7, 300]]))
    assert {i: answer for i, answer in enumerate(answers) if answer} == {9: "save", 14: "stop", 19: "pause"}


def test_a_loss_that_is_no_number_ends_the_training() -> None:
    model = fresh_model()
    with torch.no_grad():
        next(model.parameters()).fill_(math.nan)
    ticks: list[Tick] = []
    with pytest.raises(
        ExplorerError, match=r"stopped being a number in epoch 1\. Try a smaller learning rate than 0.001"
    ):
        fit(model, TRAIN, TEST, tiny_config(), hooks(ticks))
    assert ticks == []


def test_schedules() -> None:
    constant = decay(tiny_config(epochs=10), 5)
    assert [constant(step) for step in (0, 25, 50)] == [1, 1, 1]
    cosine = decay(tiny_config(epochs=10, schedule="cosine"), 5)
    assert cosine(0) == 1
    assert cosine(25) == pytest.approx(0.505)
    assert cosine(50) == pytest.approx(0.01)
    assert cosine(60) == cosine(50)
    assert np.all(np.diff([cosine(step) for step in range(51)]) < 0)


def test_the_staged_schedule_is_that_of_burda_et_al() -> None:
    staged = decay(tiny_config(epochs=3280, schedule="staged"), 1)
    theirs = np.repeat([10 ** (-i / 7) for i in range(8)], [3**i for i in range(8)])
    assert len(theirs) == 3280
    assert [staged(step) for step in range(3280)] == pytest.approx(list(theirs))
    assert staged(3280) == pytest.approx(0.1)


def test_the_learning_rate_follows_the_schedule() -> None:
    ticks: list[Tick] = []
    fit(fresh_model(), TRAIN, TEST, tiny_config(epochs=2, schedule="cosine", lr=0.01), hooks(ticks))
    assert [tick.lr for tick in ticks] == pytest.approx([0.00505, 0.0001])


def test_batches() -> None:
    assert effective_batch(tiny_config(), 1000) == 128
    assert effective_batch(tiny_config(), 7) == 7
    assert effective_batch(tiny_config(batch_size=7), 7) == 7
    with pytest.raises(
        ExplorerError, match=r"batch size is 8, but there are only 7 training images. Choose 7 or less."
    ):
        effective_batch(tiny_config(batch_size=8), 7)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"latent": 0}, "The latent size is 0. It must be at least 1."),
        ({"epochs": 0}, "The number of epochs is 0."),
        ({"epochs": -3}, "The number of epochs is -3."),
        ({"batch_size": 0}, "The batch size is 0."),
        ({"samples": 0}, "The number of samples is 0."),
        ({"lr": 0.0}, "The learning rate is 0.0."),
        ({"lr": -1e-3}, "The learning rate is -0.001."),
        ({"lr": math.nan}, "The learning rate is nan."),
        ({"lr": math.inf}, "The learning rate is inf."),
        ({"beta": -1.0}, "Beta is -1.0."),
        ({"beta": math.nan}, "Beta is nan."),
        ({"beta": math.inf}, "Beta is inf."),
        ({"sigma": 0.0}, "Sigma is 0.0."),
        ({"schedule": "linear"}, "There is no schedule 'linear'. Choose constant, cosine or staged."),
        ({"seed": -1}, "The seed is -1."),
        ({"seed": 2**63}, "The seed is 9223372036854775808."),
        ({"side": 3}, "The side is 3 pixels."),
        ({"side": 257}, "The side is 257 pixels."),
    ],
)
def test_what_cannot_be_trained_with(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        checked_config(tiny_config(**changes))
    assert str(caught.value).startswith(sentence)
    assert caught.value.hint


@pytest.mark.parametrize("dataset", ["folder:", "folder:  "])
def test_a_folder_without_a_name_is_not_the_directory_of_the_day(dataset: str) -> None:
    with pytest.raises(ExplorerError, match="names no folder"):
        checked_config(TrainConfig(dataset))


def test_the_defaults_can_be_trained_with() -> None:
    for config in (TrainConfig("digits"), tiny_config(beta=0.0, seed=2**63 - 1)):
        assert checked_config(config) == config


NO_OF_ITS_KIND: dict[type, tuple[Any, ...]] = {
    int: ("1", 1.0, True, [1]),
    float: ("0.1", False, None),
    str: (1, None),
    bool: (1, "yes", None),
    tuple: ([16], (16, "16"), (1.5,), "16"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_refuses_a_value_of_another_type(name: str) -> None:
    option = OPTIONS[name]
    for value in NO_OF_ITS_KIND[option.kind]:
        if value is None and option.default is None:  # left open
            continue
        with pytest.raises(ExplorerError, match=r"\. It must be (a|true)"):
            checked_config(tiny_config(**{name: value}))


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.kind in (int, float)])
def test_every_number_is_finite_and_within_its_bounds(name: str) -> None:
    option = OPTIONS[name]
    ends = [(option.lower, -1), (option.upper, 1)]
    for bound, outside in [(bound, outside) for bound, outside in ends if bound is not None]:
        at_bound, beyond = option.kind(bound), option.kind(bound) + outside
        for value in [beyond] + [at_bound] * option.exclusive:
            with pytest.raises(ExplorerError, match="It must"):
                option.check(value)
        if not option.exclusive:
            option.check(at_bound)
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(ExplorerError, match="It must"):
            option.check(value)


def test_every_default_is_among_the_choices() -> None:
    chosen = {name: option for name, option in OPTIONS.items() if option.choices}
    networks = {"model", "architecture", "activation", "likelihood"}
    assert set(chosen) == networks | {"schedule", "device", "binarise", "fit", "duplicates", "output_bias"}
    assert not [name for name, option in chosen.items() if option.default not in option.names()]

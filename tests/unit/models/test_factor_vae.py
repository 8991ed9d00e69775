"""The FactorVAE's discriminator: an Adam of its own, with the paper's options."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.records import ModelFacts, RunConfig, Status
from explorer.runs.run import Run
from explorer.runs.weights import save_weights
from explorer.training.setup import set_up
from explorer.training.step import Step, step_draws
from models import MODELS
from models.factor_vae import FactorVAE
from tests.helpers import tiny_config
from tests.unit.runs.test_run import FACTS

SHAPE = {"shape": (1, 8, 8), "latent": 2, "hidden": (16,)}


def fresh(**options: Any) -> FactorVAE:
    """A small one for digits, always the same."""
    torch.manual_seed(0)
    model = MODELS["factor-vae"].build({**SHAPE, **options})
    assert isinstance(model, FactorVAE)
    return model


@pytest.mark.parametrize(
    ("options", "lr", "betas"),
    [
        ({}, 1e-4, (0.5, 0.9)),  # Kim & Mnih 2018, appendix A
        ({"discriminator_lr": 0.01, "discriminator_beta1": 0.1, "discriminator_beta2": 0.7}, 0.01, (0.1, 0.7)),
    ],
)
def test_each_part_is_trained_by_its_own_adam(options: dict[str, float], lr: float, betas: tuple[float, float]) -> None:
    model, twin = fresh(**options), fresh(**options)
    config = tiny_config(model="factor-vae", lr=1e-3, weight_decay=0.1, beta=4.0, **options)
    step, generator = Step(model, config), torch.Generator().manual_seed(0)
    judging = twin.discriminator.parameters()
    others = [p for network in (twin.encoder, twin.decoder) for p in network.parameters()]
    references = [
        torch.optim.AdamW(others, 1e-3, weight_decay=0.1, fused=True),
        torch.optim.Adam(judging, lr, betas, fused=True),
    ]
    for rate in (1e-3, 5e-4):
        images = torch.randint(0, 256, (20, 1, 8, 8), generator=generator, dtype=torch.uint8)
        draws = step_draws(model, config, 20, generator)
        step.set_lr(rate)  # of a schedule, which leaves the discriminator alone
        step(images, draws, 4.0, 20)
        references[0].param_groups[0]["lr"] = rate
        twin.zero_grad()
        twin.elbo_with(images.float() / 255, draws.noise).loss(4.0).backward()
        for reference in references:
            reference.step()
    for (name, own), other in zip(model.named_parameters(), twin.parameters(), strict=True):
        assert torch.equal(own, other), name


def test_the_moments_are_in_the_order_of_the_parameters() -> None:
    step = Step(fresh(), tiny_config(model="factor-vae"))
    shapes = [moments["exp_avg"].shape for moments in step.moments]
    assert shapes == [parameter.shape for parameter in step.parameters]
    assert len(step.optimizers) == 2


def test_the_options_reach_the_model() -> None:
    config = tiny_config(model="factor-vae", discriminator_lr=0.003, discriminator_beta1=0.2, discriminator_beta2=0.95)
    options = set_up(config).model.config
    assert (options.discriminator_lr, options.discriminator_beta1, options.discriminator_beta2) == (0.003, 0.2, 0.95)  # type: ignore[attr-defined]
    with pytest.raises(ExplorerError, match="'vae' has no discriminator"):
        set_up(tiny_config(discriminator_beta1=0.2))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"discriminator_lr": 0.0}, "learning rate is 0.0"),
        ({"discriminator_beta1": 1.0}, "Adam is 1.0"),
        ({"discriminator_beta2": -0.1}, "Adam is -0.1"),
    ],
)
def test_what_cannot_be_trained_with(options: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fresh(**options)


def test_a_run_of_an_earlier_version_is_loaded(runs_root: Any) -> None:
    run, model = Run(runs_root / "earlier"), fresh()
    run.path.mkdir(parents=True)
    training = {"dataset": "digits", "model": "factor-vae", "latent": 2}
    run.write_config(RunConfig(training, ModelFacts("factor-vae", dict(SHAPE)), FACTS))
    run.write_status(Status("finished", weights_sha256=save_weights(run, model)))
    found = load_model(load_run(run), torch.device("cpu"))
    assert all(torch.equal(value, found.state_dict()[name]) for name, value in model.state_dict().items())

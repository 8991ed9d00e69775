"""Completions of partly hidden images: a linear model as an oracle, and what holds for every model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.base.errors import ExplorerError
from explorer.image_lab.inpainting.masks import MASK_PRESETS, Mask
from explorer.image_lab.inpainting.search import (
    DRAWS,
    MIN_DISTANCE,
    MOST_CHAINS,
    MOST_STEPS,
    Chains,
    Energy,
    Pulls,
    Spread,
    complete,
    distinct,
    draw_completions,
    optimise,
)
from explorer.images.image_io import Pixels
from models import MODELS
from models.inpaint_cvae import InpaintCVAE
from models.vae import VAE

SHAPE, K, SIGMA = (1, 6, 6), 4, 0.3
MANY = 600  # steps, after which nothing moves any more


def model_of(name: str = "vae", shape: tuple[int, int, int] = SHAPE, **options: object) -> VAE:
    torch.manual_seed(0)
    return MODELS[name].build({"shape": shape, "latent": K, "hidden": (16,), **options}).eval()


def linear() -> VAE:
    """x = W z + b with Gaussian noise: everything about it is known."""
    model = model_of(hidden=(), likelihood="gaussian", sigma=SIGMA)
    for parameter in model.decoder.parameters():
        parameter.data.normal_(0, 0.2, generator=torch.Generator().manual_seed(1))
    return model


def weights(model: VAE) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """W [pixels, K] and b [pixels]."""
    weight, bias = (part.detach().double().numpy() for part in model.decoder.parameters())
    return weight, bias


def image(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def preset_mask(name: str = "Lower half", shape: tuple[int, int, int] = SHAPE) -> Mask:
    return MASK_PRESETS[name](*shape[1:], np.random.default_rng(0))


def closed_form(model: VAE, pixels: Pixels, mask: Mask, pull: NDArray[np.floating]) -> NDArray[np.floating]:
    """argmin over z of -log p(visible x|z) + |z - pull|^2 / 2: a ridge regression."""
    (W, b), seen = weights(model), ~mask.ravel()
    W, rest = W[seen], pixels.ravel()[seen] / 255 - b[seen]
    return np.linalg.solve(W.T @ W / SIGMA**2 + np.eye(K), W.T @ rest / SIGMA**2 + pull)


def test_a_linear_models_chains_end_at_the_closed_form() -> None:
    model, pixels, mask = linear(), image(), preset_mask()
    found = optimise(model, pixels, mask, chains=8, steps=MANY, seed=3)
    best = closed_form(model, pixels, mask, np.zeros(K))
    for code in found.codes[:2]:  # a quarter of them seeks the most probable z
        np.testing.assert_allclose(code, best, atol=1e-3)
    starts = Energy(model, pixels, mask, 8, None).starts(3).numpy()
    for code, start in zip(found.codes[2:], starts[2:], strict=True):
        np.testing.assert_allclose(code, closed_form(model, pixels, mask, start), atol=1e-3)


def test_a_linear_models_energy_is_that_of_the_textbook() -> None:
    from scipy.stats import multivariate_normal, norm

    model, pixels, mask = linear(), image(), preset_mask()
    found = optimise(model, pixels, mask, chains=4, steps=5)
    (W, b), seen = weights(model), ~mask.ravel()
    for code, nats in zip(found.codes, found.energies_nats, strict=True):
        means = (W @ code + b)[seen]
        log_px = norm.logpdf(pixels.ravel()[seen] / 255, means, SIGMA).sum()
        assert nats == pytest.approx(-log_px - multivariate_normal.logpdf(code, np.zeros(K)), rel=1e-4)


def test_no_z_is_more_probable_than_the_best() -> None:
    model, pixels, mask = linear(), image(), preset_mask()
    best = complete(model, pixels, mask, chains=8, steps=MANY)[0]
    rng = np.random.default_rng(0)
    around = torch.from_numpy((best.code + 0.05 * rng.standard_normal((200, K))).astype(np.float32))
    assert best.energy_nats is not None
    with torch.no_grad():
        assert Energy(model, pixels, mask, 200, None)(around).min() > best.energy_nats


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous-bernoulli", "gaussian", "gaussian-learned"])
@pytest.mark.parametrize("pulled", [False, True])
def test_the_gradient_is_that_of_finite_differences(likelihood: str, pulled: bool) -> None:
    energy = Energy(model_of(likelihood=likelihood), image(), preset_mask(), 3, None)
    z = energy.starts(0).requires_grad_()
    pulls = Pulls(torch.tensor([True, False, False]), torch.ones(3, K), torch.full((3, K), 0.7)) if pulled else None
    (gradient,) = torch.autograd.grad(energy(z, pulls).sum(), z)
    step = 1e-2
    with torch.no_grad():
        for k in range(K):
            aside = step * torch.eye(K)[k]
            slope = (energy(z + aside, pulls).double() - energy(z - aside, pulls).double()) / (2 * step)
            np.testing.assert_allclose(gradient[:, k], slope, rtol=0.02, atol=0.05)


@pytest.mark.parametrize("name", ["vae", "conv-vae", "cvae", "inpaint-cvae", "ae"])
def test_every_chain_goes_down_and_visible_pixels_stay(name: str) -> None:
    shape = (1, 28, 28)
    model, pixels, mask = model_of(name, shape), image(1, shape), preset_mask("Centre", shape)
    found = optimise(model, pixels, mask, chains=6, steps=60)
    assert (found.trace_nats[-1] < found.trace_nats[0]).all()
    assert found.trace_nats.shape == (60, len(found.codes))
    for one in complete(model, pixels, mask, chains=6, steps=20):
        np.testing.assert_array_equal(one.picture[:, ~mask], pixels[:, ~mask])
        assert one.decoded is not None
        np.testing.assert_array_equal(one.picture[:, mask], one.decoded[:, mask])
        assert not np.array_equal(one.decoded[:, ~mask], pixels[:, ~mask])


def test_colour_is_completed_in_all_bands() -> None:
    shape = (3, 6, 8)
    model, pixels, mask = model_of(shape=shape, likelihood="gaussian"), image(2, shape), preset_mask("Right", shape)
    for one in complete(model, pixels, mask, chains=4, steps=10):
        assert one.picture.shape == shape
        np.testing.assert_array_equal(one.picture[:, ~mask], pixels[:, ~mask])
        assert not np.array_equal(one.picture[:, mask], pixels[:, mask])


def test_hidden_pixels_change_nothing() -> None:
    model, mask, pixels = model_of(), preset_mask(), image()
    other = np.where(mask, image(9), pixels)
    for one, two in zip(complete(model, pixels, mask), complete(model, other, mask), strict=True):
        assert one.energy_nats == two.energy_nats
        np.testing.assert_array_equal(one.picture, two.picture)


def test_a_seed_reproduces_and_another_does_not() -> None:
    model, pixels, mask = model_of(), image(), preset_mask()
    one, two, other = (optimise(model, pixels, mask, steps=20, seed=seed).codes for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)


def test_weights_get_no_gradient_and_stay() -> None:
    model = model_of()
    before = [parameter.detach().clone() for parameter in model.parameters()]
    optimise(model, image(), preset_mask(), chains=2, steps=3)
    for parameter, was in zip(model.parameters(), before, strict=True):
        assert parameter.grad is None
        assert torch.equal(parameter, was)


def test_a_class_conditional_model_is_tried_in_every_class() -> None:
    model = model_of("cvae", classes=5)
    found = optimise(model, image(), preset_mask(), chains=2, steps=5)
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 2, 3, 4], "one chain a class at the least"
    np.testing.assert_array_equal(found.codes[:, K:], np.eye(5))
    labels = [one.label for one in complete(model, image(), preset_mask(), chains=10, steps=5)]
    assert set(labels) <= set(range(5))


def test_without_a_prior_only_visible_pixels_count() -> None:
    model, pixels, mask = model_of("ae", likelihood="gaussian", sigma=SIGMA), image(), preset_mask()
    spread = Spread(np.full(K, 5, np.float32), np.full(K, 3, np.float32))
    found = optimise(model, pixels, mask, chains=MOST_CHAINS, steps=1, spread=spread)
    drawn = found.codes[1:]
    np.testing.assert_allclose(drawn.mean(0), 5, atol=1.5)
    np.testing.assert_allclose(drawn.std(0), 3, rtol=0.4)
    with torch.no_grad():
        params = model.decode_params(torch.from_numpy(found.codes)).flatten(1)[:, ~mask.ravel()]
        nats = -model.likelihood.log_prob(params[:, None, None], torch.from_numpy(pixels[:, ~mask] / 255).float())
    np.testing.assert_allclose(found.energies_nats, nats, rtol=1e-4)


def shades(*values: float, energies: tuple[float, ...]) -> Chains:
    """Chains that ended at flat pictures."""
    decoded = np.stack([np.full(SHAPE, value, np.float32) for value in values])
    n = len(values)
    return Chains(np.zeros((n, K), np.float32), decoded, np.array(energies), np.zeros((1, n)), None)


def test_near_duplicates_are_one_and_the_best_stands_for_them() -> None:
    near = MIN_DISTANCE / 2
    found = shades(0.5, 0.5 + near, 0.9, 0.5 - near, energies=(3, 1, 2, 4))
    assert distinct(found, preset_mask()) == {1: [1, 0], 2: [2], 3: [3]}


def test_only_the_hole_tells_completions_apart() -> None:
    found = shades(0.2, 0.2, energies=(1, 2))
    found.decoded[1][:, ~preset_mask()] = 0.9
    assert distinct(found, preset_mask()) == {0: [0, 1]}


def test_what_is_shown_is_different_and_ordered() -> None:
    mask = np.ones(SHAPE[1:], bool)
    mask[0, :2] = False  # two visible pixels leave two of four latents open
    found = complete(linear(), image(), mask, chains=16, steps=MANY)
    energies = [one.energy_nats for one in found]
    assert len(found) > 3
    assert energies == sorted(energies, key=lambda nats: nats or 0.0)
    assert sum(one.chains for one in found) == 16
    inside = [one.decoded[:, mask] / 255 for one in found if one.decoded is not None]
    for i, one in enumerate(inside):
        assert all(np.sqrt(np.square(one - other).mean()) > MIN_DISTANCE - 0.01 for other in inside[:i])


def test_progress_is_told_to_the_end() -> None:
    reported: list[float] = []
    complete(model_of(), image(), preset_mask(), chains=2, steps=4, progress=reported.append)
    assert reported == [0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mask": np.zeros(SHAPE[1:], bool)}, "Nothing is hidden"),
        ({"mask": np.ones(SHAPE[1:], bool)}, "Everything is hidden"),
        ({"mask": np.ones((2, 2), bool)}, "The mask has 2 x 2 pixels"),
        ({"chains": 0}, "0 chains"),
        ({"chains": MOST_CHAINS + 1}, "65 chains"),
        ({"steps": -1}, "-1 steps"),
        ({"steps": MOST_STEPS + 1}, "2,001 steps"),
        ({"pixels": image(0, (1, 5, 6))}, "The image is"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(changes: dict[str, object], sentence: str) -> None:
    arguments: dict[str, object] = {"pixels": image(), "mask": preset_mask(), **changes}
    with pytest.raises(ExplorerError, match=sentence):
        complete(model_of(), **arguments)  # type: ignore[arg-type]


def test_draws_of_the_inpainting_model_differ_and_keep_what_is_visible() -> None:
    model, pixels, mask = model_of("inpaint-cvae"), image(), preset_mask()
    assert isinstance(model, InpaintCVAE)
    found = draw_completions(model, pixels, mask)
    assert len(found) == DRAWS
    for one in found:
        np.testing.assert_array_equal(one.picture[:, ~mask], pixels[:, ~mask])
        assert one.energy_nats is None
    assert len({one.picture.tobytes() for one in found}) == DRAWS
    again, other = draw_completions(model, pixels, mask), draw_completions(model, pixels, mask, seed=1)
    assert [one.picture.tobytes() for one in again] == [one.picture.tobytes() for one in found]
    assert not {one.picture.tobytes() for one in other} & {one.picture.tobytes() for one in found}
    with pytest.raises(ExplorerError, match="Nothing is hidden"):
        draw_completions(model, pixels, np.zeros(SHAPE[1:], bool))

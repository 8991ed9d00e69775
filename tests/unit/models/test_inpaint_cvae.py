"""The inpainting model: what it sees, what counts in its ELBO, and its completions."""

from __future__ import annotations

import pytest
import torch

from models import MODELS
from models.inpaint_cvae import InpaintCVAE
from models.masks import HOLES, random_masks
from models.objectives import gaussian_kl


def small(likelihood: str = "bernoulli") -> InpaintCVAE:
    torch.manual_seed(0)
    options = {"shape": (1, 8, 8), "latent": 3, "hidden": (16,), "likelihood": likelihood}
    model = MODELS["inpaint-cvae"].build(options)
    assert isinstance(model, InpaintCVAE)
    return model


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_masks_are_of_every_kind() -> None:
    masks = random_masks(2000, 16, 12, generator())
    assert masks.shape == (2000, 1, 16, 12)
    assert set(masks.unique().tolist()) == {0, 1}
    hidden = 1 - masks.mean((1, 2, 3))
    assert 0.1 < (hidden == 1).float().mean() < 0.2, "an eighth hides everything"
    assert (hidden - 0.5).abs().le(1e-6).float().mean() > 0.15, "halves"
    assert (hidden - 0.25).abs().le(1e-6).float().mean() > 0.1, "quarters"
    assert torch.equal(masks, random_masks(2000, 16, 12, generator()))


@pytest.mark.parametrize(("kind", "share"), [("half", 0.5), ("quarter", 0.25), ("box", 1 / 9), ("brush", None)])
def test_holes_have_their_share(kind: str, share: float | None) -> None:
    holes = HOLES[kind](3000, 20, 20, generator())
    assert holes.dtype == torch.bool
    assert holes.shape == (3000, 20, 20)
    found = holes.float().mean().item()
    assert 0.1 < found < 0.7 if share is None else found == pytest.approx(share, rel=0.1)


def test_only_hidden_pixels_count() -> None:
    model, x = small(), torch.rand(4, 1, 8, 8, generator=generator())
    mask = random_masks(4, 8, 8, generator(3))
    noise = torch.randn(2, 4, 3, generator=generator(1))
    with torch.no_grad():
        found = model.elbo_with(x, noise, condition=mask)
        mu, logvar = model.encoder(torch.cat([x, mask], 1).flatten(1)).chunk(2, -1)
        z = mu + (0.5 * logvar).exp() * noise
        told = torch.cat([x * mask, mask], 1).flatten(1).expand(2, 4, -1)
        logits = model.decoder(torch.cat([z, told], -1).flatten(0, 1)).reshape(2, 4, 1, 8, 8)
        each = torch.distributions.Bernoulli(logits=logits, validate_args=False).log_prob(x)
    torch.testing.assert_close(found.reconstruction, (each * (1 - mask)).sum((-3, -2, -1)).mean(0))
    torch.testing.assert_close(found.kl, gaussian_kl(mu, logvar))


def test_nothing_seen_is_the_model_that_is_bound_to_nothing() -> None:
    model, x = small(), torch.rand(4, 1, 8, 8)
    noise = torch.randn(2, 4, 3)
    nothing = torch.zeros(4, 1, 8, 8)
    with torch.no_grad():
        bound, free = model.elbo_with(x, noise, condition=nothing), model.elbo_with(x, noise)
        torch.testing.assert_close(bound.reconstruction, free.reconstruction)
        torch.testing.assert_close(bound.kl, free.kl)
        assert torch.equal(model.under(x, nothing).decode(noise), model.decode(noise))


def test_what_the_decoder_is_told_holds_no_hidden_pixel() -> None:
    model, mask = small(), torch.zeros(1, 1, 8, 8)
    mask[..., 4:, :] = 1
    x = torch.rand(3, 1, 8, 8)
    other = torch.where(mask.bool(), x, torch.rand(3, 1, 8, 8))
    with torch.no_grad():
        first, second = (model.complete(image, mask, 5, generator()) for image in (x, other))
        assert torch.equal(first, second)
        assert first.shape == (5, 3, 1, 8, 8)
        assert torch.equal(first[..., 4:, :], x[..., 4:, :].expand(5, -1, -1, -1, -1)), "seen pixels stay"
        assert not torch.equal(first[0], first[1]), "each draw is a completion of its own"
        whole = model.complete(x, torch.ones(1, 1, 8, 8), 2, generator())
        assert torch.equal(whole, x.expand(2, -1, -1, -1, -1)), "nothing hidden: nothing to complete"

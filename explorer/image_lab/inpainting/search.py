"""Inpainting by search: latents whose decoded images agree with the visible pixels.

For any model, many z are optimised at once on the visible pixels and the prior. Some minimise the energy
E(z) = -log p(visible x|z) - log p(z), that is, find the most probable z. With a Gaussian p(x|z) this is compressed
sensing by a generative model (Bora et al. 2017: a squared error and the squared length of z) with a mask; Yeh et al.
2017 do the same with a GAN. The minimum is often unique. The others therefore stay as near to their initial draw of
the prior as the visible pixels allow: they minimise -log p(visible x|z) + |z - start|^2 / 2, in standard deviations of
the prior's component that the draw is of where the prior is a learned mixture. This is the randomised
maximum likelihood of Oliver, He & Reynolds 1996 without its noise on the data; with that noise, and for a linear
decoder with Gaussian noise, the results are draws of p(z|visible x), so these vary less.

An inpainting model draws its completions instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.threads import a_core_left
from explorer.image_lab.inpainting.masks import Mask, checked_mask
from explorer.images import Pixels, from_unit
from explorer.inference.latent_space import Z, prior_under
from explorer.inference.likelihood import Progress, unit_pixels

if TYPE_CHECKING:
    import torch

    from models import VAE, InpaintCVAE

CHAINS, MOST_CHAINS = 16, 64
STEPS, MOST_STEPS = 200, 2000
DRAWS = 10
FREE_SHARE = 1 / 4  # share of the chains that minimise the energy
LR = 0.2  # of Adam, in standard deviations of z; decays to zero by a cosine schedule
MIN_DISTANCE = 0.1  # root mean square over the masked pixels, in [0, 1], from which two completions are distinct


class Pulls(NamedTuple):
    """What holds each chain: ``free`` [M] ones the prior alone, others a normal distribution around their start.

    ``start`` and ``sd`` are [M, K]; sd is that of the component of the prior that the start is of, 1 of N(0, I).
    """

    free: torch.Tensor
    start: torch.Tensor
    sd: torch.Tensor


class Spread(NamedTuple):
    """Mean and standard deviation, [K] each, of the codes of a model without a prior."""

    mean: Z
    std: Z


@dataclass(frozen=True)
class Chains:
    """The final state of M chains.

    Attributes
    ----------
    codes : [M, K] or [M, K + classes].
    decoded : [M, C, H, W] in [0, 1].
    energies_nats : [M], E(z).
    trace_nats : [steps, M], the objective of each chain over the optimisation.
    labels : [M], the class of each chain; None for models without classes.
    """

    codes: Z
    decoded: NDArray[np.float32]
    energies_nats: NDArray[np.float64]
    trace_nats: NDArray[np.float64]
    labels: NDArray[np.int64] | None


@dataclass(frozen=True)
class Completion:
    """One completion: ``picture`` [C, H, W] has the visible pixels of the image and decoded ones where it is masked.

    For an optimised one, ``decoded`` is the whole decoded image, ``energy_nats`` is E(z), and ``chains`` is the number
    of chains that ended near it. A completion drawn by an inpainting model has neither energy nor duplicates.
    """

    picture: Pixels
    code: Z
    decoded: Pixels | None = None
    energy_nats: float | None = None
    label: int | None = None
    chains: int = 1


def complete(
    model: VAE,
    pixels: Pixels,
    mask: NDArray[np.generic] | None,
    chains: int = CHAINS,
    steps: int = STEPS,
    seed: int = 0,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> list[Completion]:
    """Distinct completions of uint8 [C, H, W] where ``mask`` [H, W] is true, lowest energy first; see ``optimise``.

    Of completions nearer to each other than ``MIN_DISTANCE`` the one of the lowest energy is kept.
    """
    mask = checked_mask(mask, model.config.shape)
    found = optimise(model, pixels, mask, chains, steps, seed, spread, progress)
    return [
        Completion(
            picture=composed(pixels, mask, from_unit(found.decoded[best])),
            code=found.codes[best],
            decoded=from_unit(found.decoded[best]),
            energy_nats=float(found.energies_nats[best]),
            label=None if found.labels is None else int(found.labels[best]),
            chains=len(alike),
        )
        for best, alike in distinct(found, mask).items()
    ]


@a_core_left()
def optimise(
    model: VAE,
    pixels: Pixels,
    mask: NDArray[np.generic] | None,
    chains: int = CHAINS,
    steps: int = STEPS,
    seed: int = 0,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Chains:
    """Minimise the objectives of ``chains`` latents in parallel by ``steps`` steps of Adam.

    Parameters
    ----------
    chains : at least one for each class of a class-conditional model; the first of each class starts at the posterior
        mean of the image with its masked pixels grey, the others at draws of the prior.
    spread : distribution of the codes of a model without a prior (an autoencoder), from which the starts are drawn;
        E(z) is then -log p(visible x|z) alone.
    progress : called with the share done, 0 to 1.

    Raises
    ------
    ExplorerError
        If no pixel or every pixel is masked, sizes do not fit, or ``chains`` or ``steps`` are out of range.
    """
    import torch

    from models import Adam

    check_effort(chains, steps)
    energy = Energy(model, pixels, checked_mask(mask, model.config.shape), max(chains, model_classes(model)), spread)
    starts = energy.starts(seed)
    pulls = energy.pulls(starts)
    moved = torch.nn.Parameter(starts.clone())  # [M, K]
    adam, trace = Adam([moved], LR), []
    for step in range(steps):
        adam.set_lr(LR * (1 + math.cos(math.pi * step / steps)) / 2)
        nats = energy(moved, pulls)
        (moved.grad,) = torch.autograd.grad(nats.sum(), moved)  # no gradients of the weights
        adam.step()
        trace.append(nats.detach())
        if progress:
            progress((step + 1) / steps)
    return energy.ended(moved.detach(), trace)


def check_effort(chains: int, steps: int) -> None:
    """Raise ExplorerError if ``chains`` or ``steps`` are out of range."""
    for value, most, name in ((chains, MOST_CHAINS, "chains"), (steps, MOST_STEPS, "steps")):
        if not 1 <= value <= most:
            raise ExplorerError(f"{value:,} {name} are asked for.", f"Choose a number from 1 to {most:,}.")


def model_classes(model: VAE) -> int:
    """The number of classes of a class-conditional model; 0 for other models."""
    return model.code - model.config.latent


class Energy:
    """E(z) of ``chains`` latents given the visible pixels of one image."""

    def __init__(self, model: VAE, pixels: Pixels, mask: Mask, chains: int, spread: Spread | None) -> None:
        import torch

        if pixels.shape != model.config.shape:
            raise ExplorerError(f"The image is {pixels.shape}.", f"The model takes images of {model.config.shape}.")
        self.model, self.chains, self.spread = model, chains, spread
        with torch.no_grad():
            self.prior = model.prior()
        device = next(model.parameters()).device
        self.x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)).to(device))  # [C, H, W]
        self.mask = torch.from_numpy(mask).to(device).expand_as(self.x)
        self.visible = (~self.mask).flatten().nonzero().flatten()  # [V], into flat pixels
        self.seen = self.x.flatten()[self.visible]
        self.labels = torch.arange(chains, device=device) % model_classes(model) if model_classes(model) else None

    def __call__(self, moved: torch.Tensor, pulls: Pulls | None = None) -> torch.Tensor:
        """[M, K] -> [M], nats. ``pulls`` replace the prior of chains that are not free."""
        import torch

        params = self.model.decode_params(self.codes(moved)).flatten(1).index_select(1, self.visible)  # [M, V]
        nats = -self.model.likelihood.log_prob(params[:, None, None], self.seen)
        if self.spread is not None:
            return nats
        of_prior = -self.prior.log_prob(moved)
        if pulls is None:
            return nats + of_prior
        away = ((moved - pulls.start) / pulls.sd).square() + 2 * pulls.sd.log() + math.log(2 * math.pi)
        return nats + torch.where(pulls.free, of_prior, 0.5 * away.sum(1))

    def codes(self, moved: torch.Tensor) -> torch.Tensor:
        """The codes of the optimised variables, which are in units of the spread where there is one."""
        import torch
        import torch.nn.functional as F

        mean, std = self.scale(moved)
        z = moved if self.spread is None else mean + std * moved
        if self.labels is None:
            return z
        return torch.cat([z, F.one_hot(self.labels, model_classes(self.model)).to(z)], 1)

    def scale(self, like: torch.Tensor) -> tuple[torch.Tensor | float, torch.Tensor | float]:
        """Mean and standard deviation of the initial draws."""
        import torch

        if self.spread is None:
            return 0.0, 1.0
        mean, std = (torch.from_numpy(part).to(like) for part in self.spread)
        return mean, std.clamp_min(1e-6)

    def starts(self, seed: int) -> torch.Tensor:
        """Initial values [M, K]: the posterior mean with the masked pixels grey, once per class, then draws."""
        import torch

        drawn = torch.from_numpy(prior_under(self.model).draws(self.chains, seed=seed)).to(self.x)
        labels = None if self.labels is None else self.labels[: model_classes(self.model)]
        grey = torch.where(self.mask, self.seen.mean(), self.x).expand(1 if labels is None else len(labels), -1, -1, -1)
        with torch.no_grad():
            mu = self.model.conditioned_on(grey, labels).encode(grey).mu
        mean, std = self.scale(mu)
        drawn[: len(mu)] = (mu - mean) / std
        return drawn

    def pulls(self, starts: torch.Tensor) -> Pulls:
        """The first chains free, the others held by their starts [M, K]."""
        import torch

        n_free = max(1, model_classes(self.model), int(FREE_SHARE * self.chains))
        sd = torch.from_numpy(prior_under(self.model).scale_of(starts.cpu().numpy())).to(starts)
        return Pulls(torch.arange(self.chains, device=starts.device) < n_free, starts.clone(), sd)

    def ended(self, moved: torch.Tensor, trace: list[torch.Tensor]) -> Chains:
        """The final state of the chains."""
        import torch

        with torch.no_grad():
            codes = self.codes(moved)
            decoded, nats = self.model.decode(codes), self(moved)
        return Chains(
            codes.cpu().numpy(),
            decoded.cpu().numpy(),
            nats.double().cpu().numpy(),
            torch.stack(trace).double().cpu().numpy(),
            None if self.labels is None else self.labels.cpu().numpy(),
        )


def distinct(found: Chains, mask: Mask) -> dict[int, list[int]]:
    """Groups of similar chains by their member of lowest energy, lowest energy first.

    A chain joins a group if its root mean square difference to that member over the masked pixels is below
    ``MIN_DISTANCE``.
    """
    inside = found.decoded[:, :, mask].reshape(len(found.decoded), -1)  # [M, hidden values]
    groups: dict[int, list[int]] = {}
    for i in np.argsort(found.energies_nats, kind="stable").tolist():
        away = {first: float(np.sqrt(np.square(inside[first] - inside[i]).mean())) for first in groups}
        nearest = min(away, key=away.__getitem__, default=None)
        if nearest is not None and away[nearest] < MIN_DISTANCE:
            groups[nearest].append(i)
        else:
            groups[i] = [i]
    return groups


def composed(pixels: Pixels, mask: Mask, decoded: Pixels) -> Pixels:
    """The image [C, H, W] with its masked pixels taken from ``decoded``."""
    return np.where(mask, decoded, pixels)


def draw_completions(
    model: InpaintCVAE, pixels: Pixels, mask: NDArray[np.generic] | None, n: int = DRAWS, seed: int = 0
) -> list[Completion]:
    """``n`` completions of uint8 [C, H, W] by an inpainting model: independent draws of p(masked | visible).

    They are equally probable, so they have no energy and no order. Raises ExplorerError as ``optimise``.
    """
    import torch

    mask = checked_mask(mask, model.config.shape)
    z = torch.from_numpy(prior_under(model).draws(n, seed=seed)).to(next(model.parameters()))
    x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)).to(z.device)).expand(n, -1, -1, -1)
    seen = torch.from_numpy(~mask).to(z).expand(n, 1, -1, -1)
    with torch.inference_mode():
        pictures = from_unit(model.under(x, seen).decode(z).cpu().numpy())
    return [
        Completion(composed(pixels, mask, picture), code)
        for picture, code in zip(pictures, z.cpu().numpy(), strict=True)
    ]

"""What the networks of an exported model take and return, in the words of ``importing.Conventions``."""

from __future__ import annotations

from typing import Any

import torch

from models import VAE, OnnxVAE

NO_DENSITY = (
    "the likelihood: the continuous Bernoulli is not a simple function of the mean image that the decoder returns."
)


def conventions_of(model: VAE, variational: bool) -> dict[str, Any]:
    """Of the networks of a model of ours: pixels in [0, 1] go in, the mean image comes out."""
    likelihood, sigma = density_of(model)
    return {
        "shape": list(model.config.shape), "layout": "NCHW", "pixels": "0,1",
        "posterior": "mu,logvar" if variational else "mu", "output": "probabilities",
        "likelihood": likelihood, "sigma": sigma,
    }  # fmt: skip


def density_of(model: VAE) -> tuple[str, float | None]:
    """The likelihood of a decoder that returns mean images, and its sigma; a learned sigma is a fixed one by now."""
    name = model.config.likelihood
    if name.startswith("gaussian"):
        with torch.no_grad():
            return "gaussian", float(model.likelihood.std(torch.zeros(1)))
    return ("unknown" if lost_density(model) else name), None


def lost_density(model: VAE) -> list[str]:
    """A sentence where the likelihood cannot be computed from what is exported."""
    exported_as_it_is = isinstance(model, OnnxVAE)
    return [NO_DENSITY] if model.config.likelihood == "continuous-bernoulli" and not exported_as_it_is else []


def stored_conventions(model: OnnxVAE) -> dict[str, Any]:
    """Of graphs that are exported as they came."""
    config = model.config
    posterior = "mu" if config.spread == "none" else f"mu,{config.spread}"
    return {
        "shape": list(config.shape), "layout": config.layout, "pixels": pixels_of(config.shift, config.scale),
        "posterior": posterior if config.split == "outputs" else f"{posterior}:{config.split}",
        "output": output_of(model), "likelihood": config.likelihood,
        "sigma": config.sigma if config.likelihood == "gaussian" else None,
    }  # fmt: skip


def pixels_of(shift: tuple[float, ...], scale: tuple[float, ...]) -> str:
    """The scale of the pixels: "low,high", or the means and the deviations of the channels as "0.5,0.4/0.2,0.2"."""
    if len(shift) == len(scale) == 1:
        return f"{-shift[0] / scale[0] + 0:g},{(1 - shift[0]) / scale[0]:g}"
    return "/".join(",".join(f"{number:g}" for number in numbers) for numbers in (shift, scale))


def output_of(model: OnnxVAE) -> str:
    """What the decoder returns: "pixels" on the encoder's scale, "logits", or "probabilities", any values in [0, 1]."""
    if model.config.rescaled:
        return "pixels"
    takes_logits = model.config.likelihood.endswith("bernoulli")
    returns_logits = model.config.output == "params" if takes_logits else model.config.output == "sigmoid"
    return "logits" if returns_logits else "probabilities"

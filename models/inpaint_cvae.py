"""The conditional VAE for inpainting: conditioned on a mask and the visible pixels (Sohn, Lee & Yan 2015).

Several draws of z give several completions of one hole.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from models.masks import random_masks
from models.networks import dense_decoder, mlp
from models.objectives import Elbo
from models.vae import VAE, LogProb, Posterior, VAEConfig


class InpaintCVAE(VAE):
    """q(z|x, seen) and p(hidden|z, seen), with the prior N(0, I) for every mask.

    Trained with random masks, some of which hide everything: unconditioned, the model generates whole images, and its
    ELBO is that of whole images. In the ELBO of a partly hidden image only the hidden pixels count.
    """

    config_class = VAEConfig
    given: Tensor | None = None  # visible pixels and mask, [N, C + 1, H, W]; the mask is 1 where a pixel is visible

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The encoder takes image and mask, the decoder z, visible pixels and mask; each flattened to a vector."""
        pixels = math.prod(config.shape)
        visible = pixels + pixels // config.shape[0]
        encoder = mlp([visible, *config.hidden, 2 * config.latent], config.activation)
        return encoder, dense_decoder(config.shape, config.latent + visible, config.hidden, config.activation)

    def training_condition(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor:
        """Random masks [N, 1, H, W]."""
        return random_masks(n, *self.config.shape[1:], generator)

    def under(self, x: Tensor, mask: Tensor) -> InpaintCVAE:
        """A copy that shares the weights, conditioned on x [N, C, H, W] where ``mask`` [N, 1, H, W] is 1."""
        twin = copy.copy(self)
        twin.given = torch.cat([x * mask, mask.expand(len(x), -1, -1, -1)], 1)
        return twin

    def seen(self, n: int) -> Tensor:
        """Visible pixels and mask of ``n`` images, [n, C + 1, H, W]; all hidden where the model is unconditioned."""
        channels, *side = self.config.shape
        if self.given is not None:
            return self.given
        return next(self.parameters()).new_zeros((n, channels + 1, *side))

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each, float32."""
        mask = self.seen(x.shape[0])[:, -1:]  # len(x) would become a constant of an ONNX export
        mu, logvar = self.encoder(torch.cat([x, mask], 1).flatten(1)).float().chunk(2, dim=-1)
        return Posterior(mu, logvar)

    def decode_params(self, z: Tensor) -> Tensor:
        """[..., N, K] -> the likelihood's parameters, [..., N, C, H, W]; of whole images if unconditioned."""
        visible = self.seen(z.shape[-2] if z.dim() > 1 else 1).flatten(1)
        return super().decode_params(torch.cat([z, visible.expand(*z.shape[:-1], -1)], -1))

    def decode(self, z: Tensor) -> Tensor:
        """[..., K] -> the mean image, its visible pixels unchanged, [..., C, H, W], in [0, 1]."""
        pictures = super().decode(z)
        if self.given is None:
            return pictures
        pixels, mask = self.given.split([self.config.shape[0], 1], 1)
        return pixels + (1 - mask) * pictures

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """As the VAE's; ``condition`` is a mask [N, 1, H, W]."""
        model = self if condition is None else self.under(x, condition)
        return super(InpaintCVAE, model).elbo_with(x, noise, seen)

    def _elbo(self, posterior: Posterior, x: Tensor, z: Tensor, log_prob: LogProb) -> Elbo:
        return Elbo(self.hidden_log_px(z, x, log_prob).mean(0), self.kl(posterior, x, z))

    def hidden_log_px(self, z: Tensor, x: Tensor, log_prob: LogProb) -> Tensor:
        """log p of the hidden pixels given z and the visible ones: [L, N, K], [N, C, H, W] -> [L, N], nats."""
        params = self.decode_params(z).flatten(-3)  # [L, N, C H W]
        each = log_prob(params[..., None, None, None], x.flatten(1)[..., None, None, None])  # pixel by pixel
        if self.given is None:
            return each.sum(-1)
        hidden = 1 - self.given[:, -1:].expand_as(x).flatten(1)
        return (each * hidden).sum(-1)

    def complete(self, x: Tensor, mask: Tensor, n: int, generator: torch.Generator | None = None) -> Tensor:
        """``n`` completions of each image, with its visible pixels unchanged: [N, C, H, W] -> [n, N, C, H, W].

        ``mask`` [N, 1, H, W] is 1 where a pixel is visible. Each completion decodes its own draw of z from the prior.
        """
        z = torch.randn((n, len(x), self.config.latent), device=x.device, generator=generator)
        return self.under(x, mask).decode(z)

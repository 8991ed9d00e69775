"""The semi-supervised model M2 of Kingma, Rezende, Mohamed & Welling 2014: few labelled images, many without."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.cvae import CVAE, CVAEConfig
from models.networks import conv_features
from models.objectives import Elbo, SemiSupervisedElbo, class_weights, gaussian_kl, reparameterise_with
from models.texts import N_
from models.vae import VAEConfig

FEATURES, WIDTH = 64, 16  # of the classifier
UNKNOWN, EXCLUDED = -1, -2  # in place of a missing label; the second gives the classifier no gradient
ALPHA = 0.1  # of each image of the data set, labelled or not; Kingma et al. 2014, section 3.1.2


@dataclass(frozen=True)
class M2Config(CVAEConfig):
    """As ``CVAEConfig``; ``labelled`` is the share of the training images that have a label."""

    labelled: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.labelled <= 1:
            raise ValueError(f"The labelled share of the images is {self.labelled}; it must lie above 0 and up to 1.")


class M2(CVAE):
    """The class-conditional VAE with a classifier q(y|x) for images without a label.

    For a training image without a label, the bound is the sum over all classes, weighted by q(y|x), plus its entropy.
    """

    config_class = M2Config
    config: M2Config
    guessed_by = N_("the first choice of its classifier")
    takes_free_bits = False
    takes_few_labels = True

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        features = conv_features(config.shape, FEATURES, config.activation, WIDTH)
        self.classifier = nn.Sequential(features, nn.Linear(FEATURES, self.config.classes))
        self.zero_class_weights()

    def zero_class_weights(self) -> None:
        """Start encoder and decoder independent of the class; else the classes that chance favours take all images."""
        with torch.no_grad():
            for network in (self.encoder, self.decoder):
                first = next(part for part in network.modules() if isinstance(part, nn.Linear))
                first.weight[:, -self.config.classes :] = 0

    def training_condition(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor:
        """One-hot classes, zeros for a negative label, and a last column: [n, classes + 1].

        That column is 1 where the label is ``EXCLUDED``: the bound of that image gives the classifier no gradient.
        """
        if labels is None:
            labels = torch.full((n,), UNKNOWN, device=generator.device)
        classes = self.one_hot(labels.clamp(min=0)) * (labels >= 0)[:, None]
        return torch.cat([classes, (labels == EXCLUDED)[:, None].float()], 1)

    def log_classes(self, x: Tensor) -> Tensor:
        """log q(y|x): [N, C, H, W] -> [N, classes], nats, float32."""
        return self.classifier(x).float().log_softmax(-1)

    def guess(self, x: Tensor) -> Tensor:
        """The classifier's first choice, int64 [N]."""
        return self.log_classes(x).argmax(-1)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """As the class-conditional VAE's; ``condition`` [N, classes + 1] is that of ``training_condition``."""
        if condition is None:
            return super().elbo_with(x, noise, seen)
        shown = x if seen is None else seen
        given, excluded = condition.split([self.config.classes, 1], 1)
        log_q = self.log_classes(shown)
        log_q = torch.where(excluded > 0, log_q.detach(), log_q)
        each = self.in_each_class(x, noise, shown)
        q = class_weights(given, log_q).T  # [classes, N]
        averages = (q * each.reconstruction).sum(0), (q[..., None] * each.kl).sum(0)
        return SemiSupervisedElbo(*averages, each, log_q, given, ALPHA / self.config.labelled)

    def in_each_class(self, x: Tensor, noise: Tensor, seen: Tensor) -> Elbo:
        """The ELBO of log p(x|y) for every class y: reconstruction [classes, N] and KL [classes, N, K], nats.

        The noise is the same for all classes, which reduces the variance of their differences.
        """
        assert isinstance(self.encoder, nn.Sequential)
        first, rest = self.encoder[0], self.encoder[1:]
        assert isinstance(first, nn.Linear)
        of_image, of_class = first.weight.split([x[0].numel(), self.config.classes], 1)
        hidden = seen.flatten(1) @ of_image.T + first.bias + of_class.T[:, None]  # [classes, N, H]: images once
        mu, logvar = rest(hidden).float().chunk(2, -1)  # [classes, N, K] each
        z = reparameterise_with(mu, logvar, noise[:, None])  # [L, classes, N, K]
        classes = torch.eye(self.config.classes, device=x.device)[:, None].expand(*z.shape[:-1], -1)
        log_px = self.likelihood.training_log_prob(self.decode_params(torch.cat([z, classes], -1)), x)
        return Elbo(log_px.mean(0), gaussian_kl(mu, logvar))

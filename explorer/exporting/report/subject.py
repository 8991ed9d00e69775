"""What the sections of a report are about: a run, its model, and what of its data is here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.datasets import Images
from explorer.inference import Latents, lack_of, latents_if_any, originals
from explorer.inference.latent_space import Z, codes, latent_size
from explorer.runs import LoadedRun
from models import VAE

PATH = re.compile(r"^(folder|arrays):(?:.*[/\\])?(?=[^/\\])")  # of a data set that is a place on this machine


@dataclass(frozen=True)
class Subject:
    """A run with its model; what is read of it is read once."""

    run: LoadedRun
    model: VAE

    @cached_property
    def data_name(self) -> str:
        """The name of the data set without the folders in which it lies here: they are nobody else's concern."""
        return PATH.sub(r"\1:", self.run.data.name)

    @cached_property
    def latents(self) -> Latents:
        """The latents of the test images; of no images where there can be none here."""
        return latents_if_any(self.run)

    @cached_property
    def images(self) -> Images:
        """The test images; ExplorerError where they are not here."""
        if lack := lack_of(self.run, "images"):
            raise lack
        if (found := originals(self.run)) is None:
            raise ExplorerError(f"The test images of {self.run.data.name} are not on this machine.")
        return found

    @cached_property
    def has_prior(self) -> bool:
        """Whether draws of the prior mean anything to the decoder; an autoencoder has none."""
        return self.run.model.variational

    @cached_property
    def centre(self) -> Z:
        """0, the mean of a prior N(0, I); where the prior is not that, the mean of the codes: [K]."""
        mu = self.latents.mu
        return np.zeros(latent_size(self.run), np.float32) if self.on_prior_scale else mu.mean(0)

    @property
    def on_prior_scale(self) -> bool:
        """Whether codes are moved on the scale of N(0, I): where the prior is that, and where there are no codes."""
        return self.run.model.normal_prior or not len(self.latents)

    def in_first_class(self, z: NDArray[np.floating]) -> Z:
        """The decoder's input for ``z`` [N, K], of a class-conditional model in its first class."""
        return codes(self.run, z, np.zeros(len(z), np.int64))

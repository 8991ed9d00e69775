"""The posterior of the image: mu and sigma of each dimension."""

from __future__ import annotations

from explorer.ui import cached
from explorer.ui.widgets.image_subject import Subject
from explorer.ui.widgets.posterior import posterior


def image_posterior(subject: Subject) -> None:
    """Draw the tab."""
    result = subject.result
    posterior(result.mu, result.sigma, result.kl_per_dim, cached.latents(subject.run).order())

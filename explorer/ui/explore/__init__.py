"""The widgets of the Explore page."""

from explorer.ui.explore.samples import prior_samples as prior_samples

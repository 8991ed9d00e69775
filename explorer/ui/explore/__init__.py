"""The widgets of the Explore page."""

from explorer.ui.explore.prior_samples import prior_samples as prior_samples

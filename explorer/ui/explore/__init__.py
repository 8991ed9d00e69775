"""The widgets of the Explore page."""

from explorer.ui.explore.no_decoder import without_decoder as without_decoder
from explorer.ui.explore.samples import prior_samples as prior_samples
from explorer.ui.explore.share import share_button as share_button

"""How typical an image is of what the model has learned: anomaly scores, latent density, posterior uncertainty.

Scores are computed from the model; only their quantiles over held-out images are kept in the run.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

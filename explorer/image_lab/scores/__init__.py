"""Anomaly scores of an image, density of the data in latent space, uncertainty of the posterior.

Of these only the scores' quantiles over held-out images are stored in the run.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

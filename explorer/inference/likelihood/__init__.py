"""ELBO of a split, per image and per dimension, and the importance-weighted log-likelihood.

Pure estimators on a model and pixels: no files.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

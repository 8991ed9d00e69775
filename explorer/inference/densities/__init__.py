"""Densities over posterior means, fitted after training, from which samples are drawn in place of the prior.

Kept in the run with the hash of its weights. Nothing of pixels: decoding is for those who draw.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

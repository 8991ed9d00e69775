"""Paths through latent space between images, geodesics, attribute directions and analogies."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

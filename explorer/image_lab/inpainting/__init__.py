"""Inpainting and denoising: masks, noise, and completions of a masked image by the model."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

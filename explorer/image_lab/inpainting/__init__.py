"""Hidden or noisy parts of an image filled in: masks, noise, and completions from the model."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

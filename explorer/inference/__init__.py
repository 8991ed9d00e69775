"""A run at work: decoding, the live socket, reconstruction, the latents of a data set.

It reads runs and writes only what it derives from them; it trains nothing.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

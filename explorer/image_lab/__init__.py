"""One image looked at closely: preprocessing to what the model takes, compression, and batches of images.

Scores, inpainting and latent paths are packages below. Nothing here trains or writes into a run but kept quantiles.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

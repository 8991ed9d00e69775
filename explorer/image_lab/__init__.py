"""Analysis of single images: preprocessing to the model's input, compression, and batches of images.

Anomaly scores, inpainting and latent paths are subpackages. Nothing here trains; of its results only
score quantiles are stored in runs.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

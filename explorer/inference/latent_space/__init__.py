"""Decoder inputs (z and, for class-conditional models, a one-hot class) and the geometry of the prior.

Pure functions: no pixels, no files.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

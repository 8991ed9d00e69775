"""Data sets, image folders, synthetic shapes and their splits.

It reads pixels and labels below the data root and writes only its own caches there; it knows no models.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

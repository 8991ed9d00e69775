"""Data sets, image folders, synthetic shapes and their splits.

Pixels and labels are read below the data root, where only this package's caches are written. It depends on no model.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""Two-dimensional projections of posterior means: methods, options, stored maps, and fits in a separate process.

Drawing and evaluation of maps are not part of it.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

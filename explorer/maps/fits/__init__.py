"""Two-dimensional projections of posterior means: methods, options, kept maps, and fits in a process of their own.

It draws nothing and judges nothing.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

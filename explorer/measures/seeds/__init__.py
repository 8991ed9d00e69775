"""Runs that differ in the seed alone, and the mean and deviation of each measure over them.

They are recognised by their options: no run says which others belong to it.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""Data sets that visitors bring: below ``uploads`` in the data root, where each has a folder and a description.

Nothing else of the data root is written. A set whose description is missing is not complete, and is not offered.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

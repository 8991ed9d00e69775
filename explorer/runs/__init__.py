"""The run directory: created, read, listed, checked; and processes that work on a run.

Listing runs needs JSON alone, no torch. What is inside a training or a map is not known here.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

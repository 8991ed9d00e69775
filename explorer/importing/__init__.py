"""Models that were made elsewhere: recognised, checked in a process of their own, and made runs.

What others made is opened in ``worker``'s process alone. To add a form: one file in ``forms``; a layout of weights:
one file in ``layouts``.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

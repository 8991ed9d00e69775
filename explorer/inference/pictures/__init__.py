"""Small pictures by which runs are known in lists."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

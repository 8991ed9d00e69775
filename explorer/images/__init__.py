"""Decoding of image files to checked pixels and back; zip archives; animations (GIF, MP4).

Uploads count as hostile until they have passed here. The package depends on neither runs nor models.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

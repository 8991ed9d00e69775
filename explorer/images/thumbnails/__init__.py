"""Small copies of images on sheets: what maps show of the images behind their points."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

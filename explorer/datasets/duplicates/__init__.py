"""Duplicates in a data set: equal images, nearly equal ones, and test images that have a twin in the training split.

They are told by pixels alone: no model and no Streamlit. Images are numbered through, training images first.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

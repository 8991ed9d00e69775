"""The map: points drawn by plotly, images under the pointer, lasso; and the routes that serve its data."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

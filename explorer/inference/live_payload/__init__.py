"""What the live component is told of a model: its coordinates with their sliders, as JSON and blobs in one byte string.

The app sends it with each run of a script; an exported page holds it.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""The live decoder: pad, sliders and the decoded image, over a WebSocket while the pointer moves."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

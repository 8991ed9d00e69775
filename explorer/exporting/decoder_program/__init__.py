"""The decoder of a run as a short list of operations and its weights, for our engine in the browser (docs/live.md).

It knows runs and models, and no user interface; how the operations are executed is the engine's.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""Training: configuration, trainer, checkpoints, the queue, presets, several processes.

A training writes only in its run directory; pages see it through those files alone.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

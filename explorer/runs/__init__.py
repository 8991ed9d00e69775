"""The run directory: created, read, listed, checked; and background tasks, in processes and threads.

``Run`` is the directory, for what writes, trains, queues or lists runs. All that works with a run's model takes a
``LoadedRun``: what the files said at one moment, and the hash of the weights that everything derived belongs to.
Listing runs needs JSON alone, no torch. What is inside a training or a map is not known here.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""Tasks that work on a run, in processes and in threads: started, watched, cancelled; dead ones are recognised.

What a task computes is not known here.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

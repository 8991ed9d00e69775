"""One's own runs: renamed, deleted, kept for some days in the trash and restored from it."""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

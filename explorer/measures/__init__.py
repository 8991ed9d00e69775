"""Measures of a run: the registry, the estimators, diagnosis, comparison of runs.

A new measure is one function and one entry of ``MEASURES``.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

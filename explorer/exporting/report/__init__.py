"""The static report of a run: one HTML file that is read and printed without the app, scripts or a network.

A section is a function from ``Subject`` to its parts and an entry of ``SECTIONS``; ``report.html`` lays the parts out.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""What is read off a map: quality, neighbours, out-of-sample points, clusters, groups, outliers, export.

How the points of a map come about is for ``explorer.maps.fits``.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

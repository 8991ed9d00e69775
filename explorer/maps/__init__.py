"""Analysis of maps: quality, neighbours, out-of-sample points, clusters, groups, outliers, search, export.

The points of a map are computed in ``explorer.maps.fits``.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

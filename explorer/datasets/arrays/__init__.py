"""Data sets that are files of arrays: NumPy's, tables, IDX, Parquet, HDF5.

Files are opened and looked at without being held: what is large is read in pieces, mapped, or kept in the data root's
cache. Nothing in them is run: no pickle is read.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

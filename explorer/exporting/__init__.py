"""Models for other tools: the networks of a run as ONNX, with a JSON file that says how to use them.

It knows runs and models; ``onnx_file`` knows torch alone.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

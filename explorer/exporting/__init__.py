"""What people take along: the networks of a run as ONNX for other tools, with a JSON file that says how to use them.

It knows runs and models; ``functions`` knows torch alone. The report for people is made in ``report``.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

"""Functions of torch tensors, such as the encoder and the decoder of a VAE, as ONNX files: tried, exported, compared.

Its modules import torch, onnx and one another, by relative names, and of ours only the error in ``errors``: so that
they can be loaded, under another name and with another error, where the packages of the app are not on the path.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)

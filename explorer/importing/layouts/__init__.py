"""The layouts of weights that become native models, each recognised by the names and shapes of its tensors.

To add one: a file beside this one with its ``LAYOUT``, and one line in ``LAYOUTS``.
"""

from explorer.importing.layouts import disentangling_vae, pythae, pytorch_examples, pytorch_vae
from explorer.importing.layouts.layout import Layout as Layout
from explorer.importing.layouts.layout import Native as Native
from explorer.importing.layouts.layout import Weights as Weights
from explorer.importing.layouts.layout import image_shape as image_shape

LAYOUTS: dict[str, Layout] = {
    "pytorch-examples": pytorch_examples.LAYOUT,
    "pythae": pythae.LAYOUT,
    "disentangling-vae": disentangling_vae.LAYOUT,
    "pytorch-vae": pytorch_vae.LAYOUT,
}

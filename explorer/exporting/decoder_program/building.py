"""The decoder of a model as browsers get it: recorded, simplified, compared with torch, as small as may be."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.base import ExplorerError
from explorer.exporting.decoder_program.program import halved, packed
from explorer.exporting.decoder_program.recording import recorded
from explorer.exporting.decoder_program.replaying import replayed
from explorer.exporting.decoder_program.simplifying import simplified
from explorer.exporting.networks import Decode
from models import VAE, model_spec

LEVEL = 1 / 255  # of a pixel
MOST_DIFFERENCE = 0.05 * LEVEL  # of the program's picture from the decoder's
MOST_ROUNDED = 0.9 * LEVEL  # of the picture with float16 weights: at most the next level once both are rounded
DRAWS = 24  # codes of each spread that pictures are compared at
SPREADS = (1.0, 3.0, 8.0)  # of these codes, the prior's being 1
SEED = 0
MOST_BYTES = 48 * 2**20  # of a decoder that is sent to browsers


@dataclass(frozen=True)
class BuiltDecoder:
    """The packed program (``program.packed``), whether its weights are float16, and its multiplications an image."""

    content: bytes
    halved: bool
    multiplications: int


def decoder_for_browsers(model: VAE, name: str) -> BuiltDecoder:
    """The decoder of ``model``, the entry ``name`` of ``MODELS`` or ``IMPORTED_MODELS``.

    Raises ExplorerError where it is too large or does what the engine cannot: ``UnsupportedError`` names the operator.
    """
    size = sum(tensor.numel() for tensor in model.decoder.state_dict().values() if tensor.is_floating_point())
    if 2 * size > MOST_BYTES:
        raise too_large(2 * size)
    decode = Decode(copy.deepcopy(model).cpu()).eval()  # others may be using it where it is
    program = simplified(recorded(decode, model.code, model.config.shape))
    z = test_codes(model, name)
    with torch.no_grad():
        wanted = torch.cat([decode(row) for row in z.split(1)])  # one by one, as the program: none depends on others
        constants = [torch.from_numpy(constant) for constant in program.constants]
        if not difference(replayed(program, constants, z), wanted) <= MOST_DIFFERENCE:
            raise ExplorerError("The decoder does other things for other codes.", "Its images come from the server.")
        halves = halved(program)
        small = [constant.half().float() if i in halves else constant for i, constant in enumerate(constants)]
        fits = difference(replayed(program, small, z), wanted) <= MOST_ROUNDED
    content = packed(program, halves if fits else ())
    if len(content) > MOST_BYTES:
        raise too_large(len(content))
    return BuiltDecoder(content, fits, program.multiplications)


def too_large(size: int) -> ExplorerError:
    """What is said of a decoder that is not sent."""
    return ExplorerError(
        f"The decoder has {size / 2**20:.0f} MB, more than the {MOST_BYTES / 2**20:.0f} MB that a browser is sent.",
        "Its images come from the server.",
    )


def test_codes(model: VAE, name: str) -> Tensor:
    """Codes at which pictures are compared: draws of the prior, some far out, and 0; each with a class where needed."""
    generator = torch.Generator().manual_seed(SEED)
    draws = [spread * torch.randn(DRAWS, model.config.latent, generator=generator) for spread in SPREADS]
    z = torch.cat([torch.zeros(1, model.config.latent), *draws])
    if model_spec(name).condition != "class":
        return z
    classes = model.code - model.config.latent
    return torch.cat([z, torch.eye(classes)[torch.arange(len(z)) % classes]], 1)


def difference(ours: Tensor, theirs: Tensor) -> float:
    """The largest of any pixel; NaN where one is NaN."""
    return float((ours - theirs).abs().max())

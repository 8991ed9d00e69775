"""A decoder's program makes the decoder's pictures, or an error says why there is none."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.base import ExplorerError
from explorer.exporting.decoder_program import building
from explorer.exporting.decoder_program.building import decoder_for_browsers
from explorer.exporting.decoder_program.calls import UnsupportedError
from explorer.exporting.decoder_program.program import packed
from explorer.exporting.decoder_program.recording import recorded
from explorer.exporting.decoder_program.replaying import replayed
from explorer.exporting.decoder_program.simplifying import simplified
from models import LIKELIHOODS, MODELS, VAE, model_spec

SIDES = {"conv-vae": 28, "burgess-vae": 32, "vanilla-vae": 64}
OPTIONS: dict[str, dict[str, Any]] = {
    "conv-vae": {"width": 4},
    "vanilla-vae": {"hidden": (2, 3, 4, 4, 4), "shift": (0.5,), "scale": (0.5,), "likelihood": "unknown",
                    "rescaled": True},
}  # fmt: skip
TOLERANCE = 1e-4


def built(name: str, **options: Any) -> VAE:
    """A small random model."""
    side = SIDES.get(name, 8)
    torch.manual_seed(0)
    known = {"shape": (1, side, side), "latent": 3, "hidden": (16,), **OPTIONS.get(name, {}), **options}
    return model_spec(name).build(known).eval().requires_grad_(False)


def difference(network: nn.Module, code: int, shape: tuple[int, int, int]) -> float:
    """Of the program's pictures from the network's, the largest of any pixel."""
    program = simplified(recorded(network, code, shape))
    z = 2 * torch.randn(5, code)
    with torch.no_grad():
        ours = replayed(program, [torch.from_numpy(constant) for constant in program.constants], z)
        return float((ours - torch.cat([network(row) for row in z.split(1)])).abs().max())


@pytest.mark.parametrize("name", [*MODELS, "vanilla-vae"])
def test_every_model_has_a_program_of_few_operations(name: str) -> None:
    content = decoder_for_browsers(built(name), name).content  # compared with the model inside
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    levels = {"gather", "concatenation", "binary"} if name == "hvae" else set()  # z2 and u apart, z1 made of both
    assert {operation["op"] for operation in header["operations"]} <= {"linear", "convolution", "affine"} | levels
    offset, count, kind = header["constants"][-1]
    assert len(content) - 4 - length >= offset + count * int(kind[1])


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
@pytest.mark.parametrize(("architecture", "size"), [("dense", (5, 7)), ("conv", (9, 13)), ("resnet", (17, 20))])
def test_every_architecture_and_likelihood(architecture: str, size: tuple[int, int], likelihood: str) -> None:
    model = built("vae", shape=(3, *size), architecture=architecture, width=4, likelihood=likelihood)
    decoder_for_browsers(model, "vae")


class Function(nn.Module):
    """A function of a hidden layer [N, 24], which returns [N, 24] or planes."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.linear, self.function = nn.Linear(3, 24), function

    def forward(self, z: Tensor) -> Tensor:
        """The function's result."""
        return self.function(self.linear(z))


def planes(x: Tensor) -> Tensor:
    """[N, 24] -> [N, 4, 2, 3]."""
    return x.unflatten(1, (4, 2, 3))


KERNEL = torch.arange(4 * 3 * 3 * 5).reshape(4, 3, 3, 5).sin()
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu in place": lambda x: x.relu_() * 2, "selu": F.selu, "softplus": F.softplus, "gelu": F.gelu, "mish": F.mish,
    "clamp": lambda x: x.clamp(min=-0.5), "swapped": lambda x: 2 - 1 / (x.abs() + 1), "power": lambda x: x.abs() ** 1.5,
    "batch norm": lambda x: F.batch_norm(planes(x), torch.ones(4), 2 * torch.ones(4), torch.arange(4.0)),
    "instance norm": lambda x: F.group_norm(planes(x), 4), "layer norm": lambda x: F.layer_norm(x, (24,), x[0] * 0 + 2),
    "group norm": lambda x: F.group_norm(planes(x), 2, torch.arange(4.0), torch.ones(4)),
    "nhwc": lambda x: planes(x).permute(0, 2, 3, 1), "shuffle": lambda x: F.pixel_shuffle(planes(x), 2),
    "nearest": lambda x: F.interpolate(planes(x), size=(5, 4)), "halves": lambda x: torch.mul(*x.chunk(2, 1)),
    "pad": lambda x: F.pad(planes(x), (1, 2, 0, 1), value=0.25),
    "reflect": lambda x: F.pad(planes(x), (1, 1, 1, 1), "reflect"),
    "cat": lambda x: torch.cat([planes(x), planes(x).neg()], 2), "flip": lambda x: planes(x).flip(-1),
    "where": lambda x: torch.where(x > 0.1, x, torch.ones_like(x)),
    "by row": lambda x: planes(x) * torch.arange(2.0)[:, None],
    "by row and column": lambda x: planes(x) + torch.arange(6.0).reshape(2, 3),
    "maximum": lambda x: torch.maximum(x, -x),
    "convolution": lambda x: F.conv2d(planes(x), KERNEL.transpose(0, 1).reshape(3, 4, 5, 3), padding=2),
    "stride": lambda x: F.conv2d(planes(x), KERNEL[:, :1].expand(4, 4, 3, 5), stride=2, padding=(1, 3)),
    "dilated": lambda x: F.conv2d(planes(x), KERNEL[:, :1, :2, :2].expand(4, 4, 2, 2), padding=1, dilation=(1, 2)),
    "groups": lambda x: F.conv2d(planes(x), KERNEL[:, :2], padding=2, groups=2),
    "transposed": lambda x: F.conv_transpose2d(planes(x), KERNEL, stride=(2, 3), padding=1, output_padding=(1, 2)),
    "transposed, few taps": lambda x: F.conv_transpose2d(planes(x), KERNEL[:, :, :1, :2], stride=3),
    "transposed groups": lambda x: F.conv_transpose2d(planes(x), KERNEL, stride=2, groups=2, dilation=2),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_operator(name: str) -> None:
    network = Function(FUNCTIONS[name]).eval()
    shape = tuple(network(torch.zeros(1, 3)).shape[1:])
    program_shape = (*(1 for _ in range(3 - len(shape))), *shape)

    class Shaped(nn.Module):
        def forward(self, z: Tensor) -> Tensor:
            return network(z).reshape(-1, *program_shape)

    assert len(program_shape) == 3
    assert difference(Shaped(), 3, program_shape) < TOLERANCE


def test_batch_normalisation_and_constant_inputs_are_folded_into_weights() -> None:
    norm = nn.BatchNorm2d(4)
    norm.running_mean, norm.running_var = torch.arange(4.0), torch.arange(1.0, 5.0)
    layers = nn.Sequential(nn.Linear(5, 24), nn.Unflatten(1, (4, 2, 3)), norm, nn.ReLU(),
                           nn.ConvTranspose2d(4, 4, 3), norm, nn.Sigmoid()).eval()  # fmt: skip

    class Given(nn.Module):
        def forward(self, z: Tensor) -> Tensor:
            return torch.as_tensor(layers(torch.cat([z, torch.ones(len(z), 2)], 1)))

    program = simplified(recorded(Given(), 3, (4, 4, 5)))
    assert [operation["op"] for operation in program.operations] == ["linear", "convolution"]
    assert [operation["activation"] for operation in program.operations] == [["relu"], ["sigmoid"]]
    assert program.constants[program.operations[0]["weight"]].shape == (3, 24)
    assert difference(Given(), 3, (4, 4, 5)) < TOLERANCE


def model_of(function: Callable[[Tensor], Tensor]) -> VAE:
    """A model of 24 pixels whose decoder is this function of a hidden layer."""
    model = built("vae", shape=(1, 4, 6), likelihood="unknown")
    model.decoder = Function(function)
    return model


def test_an_unknown_operator_is_named() -> None:
    with pytest.raises(UnsupportedError, match=r"the operator _softmax, which the engine .* has not"):
        decoder_for_browsers(model_of(lambda x: x.softmax(1)), "vae")


def test_a_decoder_that_goes_other_ways_for_other_codes_is_refused() -> None:
    seen: list[int] = []

    def changing(x: Tensor) -> Tensor:
        seen.append(1)
        return x if len(seen) == 1 else -x

    with pytest.raises(ExplorerError, match="other things for other codes"):
        decoder_for_browsers(model_of(changing), "vae")


def test_a_decoder_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MOST_BYTES", 1000)
    with pytest.raises(ExplorerError, match=r"more than the 0 MB that a browser is sent"):
        decoder_for_browsers(built("vae"), "vae")


def test_weights_are_halved_only_where_the_picture_stays() -> None:
    model = built("vae")
    assert decoder_for_browsers(model, "vae").halved
    last = model.decoder[0][-1]  # type: ignore[index]
    last.weight *= 2000  # as if each pixel were a threshold
    assert not decoder_for_browsers(model, "vae").halved


def test_a_packed_program_holds_its_constants() -> None:
    program = simplified(recorded(Function(lambda x: x.reshape(1, 1, 4, 6)), 3, (1, 4, 6)))
    content = packed(program, {0})
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    for (offset, count, kind), constant in zip(header["constants"], program.constants, strict=True):
        found = np.frombuffer(content, f"<{kind}", count, 4 + length + offset)
        np.testing.assert_allclose(found, constant.ravel(), atol=1e-3)
    assert header["multiplications"] == 3 * 24

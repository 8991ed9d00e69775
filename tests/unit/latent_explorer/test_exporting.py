"""Modules and functions become ONNX files that give the same values, and are left as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from latent_explorer import ExplorerError
from latent_explorer.exporting import device_of, exported, functions, modules_of

GREY, COLOUR = (1, 4, 6), (3, 4, 6)


class Encoder(nn.Module):
    """Images as ``take`` wants them, to (mu, logvar)."""

    def __init__(self, pixels: int, take: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.take = take
        self.inner = nn.Sequential(nn.Linear(pixels, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.ReLU())
        self.mu, self.logvar = nn.Linear(8, 2), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.inner(self.take(x))
        return self.mu(h), self.logvar(h)


def decoder(*shape: int) -> nn.Sequential:
    """z to images of a shape."""
    return nn.Sequential(nn.Linear(2, int(np.prod(shape))), nn.Sigmoid(), nn.Unflatten(1, shape))


def strict(*shape: int) -> Callable[[Tensor], Tensor]:
    """Takes images of this shape alone, and makes them flat."""

    def take(x: Tensor) -> Tensor:
        if tuple(x.shape[1:]) != shape:
            raise ValueError(f"not {shape}")
        return x.flatten(1)

    return take


def values(content: bytes, x: Tensor) -> list[Any]:
    """What an ONNX file gives for x."""
    graph = onnx.load_model_from_string(content)
    return list(ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: x.numpy()}))


@pytest.mark.parametrize(
    ("shape", "taken", "given"),
    [
        (GREY, GREY, GREY), (GREY, (4, 6), (4, 6)), (GREY, (24,), GREY), (GREY, (4, 6, 1), (24,)),
        (COLOUR, COLOUR, (4, 6, 3)), (COLOUR, (4, 6, 3), (4, 6, 3)), (COLOUR, (72,), COLOUR),
    ],
)  # fmt: skip
def test_the_encoder_is_given_images_as_it_takes_them(
    shape: tuple[int, int, int], taken: tuple[int, ...], given: tuple[int, ...]
) -> None:
    encoder = Encoder(int(np.prod(shape)), strict(*taken))
    files, known = exported(encoder, decoder(*shape), shape, given, "mu,logvar")
    assert known["latent"] == [2]
    x = torch.rand(3, *shape)  # another number of images than it was made with
    turned = x.permute(0, 2, 3, 1) if taken in ((4, 6, 3), (4, 6, 1)) else x.reshape(3, *taken)
    with torch.no_grad():
        wanted = encoder.eval()(turned)
    for ours, theirs in zip(values(files["encoder.onnx"], x), wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("drawn", [COLOUR, (4, 6, 3), (72,)])
def test_what_the_decoder_returns_becomes_images(drawn: tuple[int, ...]) -> None:
    own = decoder(*drawn)
    files, _ = exported(Encoder(72, nn.Flatten()), own, COLOUR, COLOUR, "mu,logvar")
    z = torch.randn(5, 2)
    with torch.no_grad():
        wanted = own(z)
    wanted = wanted.permute(0, 3, 1, 2) if drawn == (4, 6, 3) else wanted.reshape(5, *COLOUR)
    np.testing.assert_allclose(values(files["decoder.onnx"], z)[0], wanted, atol=1e-6)


def test_modules_stay_in_their_mode_also_where_it_fails() -> None:
    encoder, own = Encoder(24, nn.Flatten()).train(), decoder(4, 6)
    encoder.mu.eval()
    before = [module.training for module in encoder.modules()]
    exported(encoder, own, GREY, GREY, "mu,logvar")
    with pytest.raises(ExplorerError):
        exported(encoder, nn.Linear(3, 24), GREY, GREY, "mu,logvar")
    assert [module.training for module in encoder.modules()] == before
    assert own.training
    assert all(parameter.requires_grad for parameter in encoder.parameters())


def test_modules_behind_functions_and_methods_are_found() -> None:
    encoder, own = Encoder(24, nn.Flatten()), decoder(4, 6)

    class Holder:
        def __init__(self) -> None:
            self.net = own

        def decode(self, z: Tensor) -> Any:
            return self.net(z)

    def encode(x: Tensor) -> Any:
        return encoder(x)

    assert set(modules_of(encode, Holder().decode)) == {encoder, own}
    files, _ = exported(encode, Holder().decode, GREY, GREY, "mu,logvar")
    assert set(files) == {"encoder.onnx", "decoder.onnx"}
    assert encoder.training


def bessel(x: Tensor) -> tuple[Tensor, Tensor]:
    """An operator that ONNX has not."""
    return torch.special.bessel_j0(x.flatten(1)[:, :2]), x.flatten(1)[:, :2]


def both(x: Tensor) -> Tensor:
    """mu and logvar in one tensor."""
    return x.flatten(1)[:, :4]


def test_one_tensor_may_hold_both() -> None:
    _, known = exported(both, decoder(4, 6), GREY, GREY, "mu,logvar:joined")
    assert known["latent"] == [2]


@pytest.mark.parametrize(
    ("encoder", "said"),
    [
        (bessel, ["'aten::special_bessel_j0'", "latent-explorer import FILE.py:LOAD"]),
        (lambda x: {"mu": x}, ["encode returned dict.", "mu and logvar, [N, K] each", "[N, 1, 4, 6] and [N, 24]"]),
        (both, ["encode returns one tensor, [2, 4] for 2 images, not mu,logvar.", "mu,logvar:joined"]),
        (lambda x: (x.flatten(1), x.flatten(1)[:, :2]), ["encode returns [2, 24] and [2, 2] for 2 images."]),
        (nn.Linear(7, 2), ["encode failed: RuntimeError", "Images were tried as"]),
        (lambda x: np.asarray(x), ["encode returned ndarray."]),
        ("encoder.pt", ["The encoder is str. Give a torch module or a function."]),
        (nn.Sequential(nn.Flatten(), nn.Linear(24, 2).half()), ["There are weights in float16.", ".float()"]),
    ],
)
def test_what_cannot_be_taken_is_a_sentence(
    encoder: Any, said: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions(), "captured", lambda *_: 1 / 0)  # the slow exporter takes 5 s to refuse it as well
    with pytest.raises(ExplorerError) as told:
        exported(encoder, decoder(4, 6), GREY, GREY, "mu,logvar")
    for part in said:
        assert part in str(told.value)
    assert capfd.readouterr().out == ""


def test_a_decoder_of_another_size() -> None:
    with pytest.raises(ExplorerError, match=r"decode returns \[2, 25\] for 2 codes"):
        exported(Encoder(24, nn.Flatten()), decoder(25), GREY, GREY, "mu,logvar")


def test_functions_without_weights_work_on_the_cpu() -> None:
    assert device_of(()) == "cpu"

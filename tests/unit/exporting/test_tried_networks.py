"""Functions of a VAE become ONNX files that equal them; what cannot is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from explorer.base.errors import ExplorerError
from explorer.exporting.functions.tried_networks import networks
from explorer.importing.own_vae import own_vae

TOLERANCE = 1e-5


def evaluated(content: bytes, given: Tensor) -> list[NDArray[np.float32]]:
    """The outputs of an ONNX file."""
    graph = onnx.load_model_from_string(content)
    found = ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: given.numpy()})
    assert isinstance(found, list)
    return found


def exported(made: Any, **said: Any) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of an owner's object, and what is known of it."""
    vae = own_vae(made)
    return networks(vae, {**vae.said, **said})


class PlainVAE(nn.Module):
    """The usual VAE of a tutorial."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.hidden, self.mu, self.logvar = nn.Linear(64, 16), nn.Linear(16, 3), nn.Linear(16, 3)
        self.out = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 64), nn.Sigmoid())

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.hidden(x.flatten(1)).relu()
        return self.mu(h), self.logvar(h)

    def decode(self, z: Tensor) -> Tensor:
        return self.out(z).view(-1, 1, 8, 8)


@dataclass
class Output:
    """What diffusers' models return."""

    latent_dist: Any = None
    latents: Any = None
    sample: Any = None


class Gaussian:
    """diffusers' DiagonalGaussianDistribution, in short."""

    def __init__(self, moments: Tensor) -> None:
        self.mean, logvar = moments.chunk(2, dim=1)
        self.logvar = logvar.clamp(-30, 20)


class SpatialVAE(nn.Module):
    """A small model with the methods of diffusers' AutoencoderKL; ``tiny`` with those of AutoencoderTiny."""

    def __init__(self, tiny: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.tiny = tiny
        self.config = {"scaling_factor": 0.18215}
        self.down = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2, 1), nn.GroupNorm(2, 8), nn.SiLU(), nn.Conv2d(8, 4 if tiny else 8, 3, 2, 1)
        )
        self.up = nn.Sequential(nn.Conv2d(4, 8, 1), nn.SiLU(), nn.Upsample(scale_factor=4), nn.Conv2d(8, 3, 3, 1, 1))

    def encode(self, x: Tensor) -> Output:
        found = self.down(x)
        return Output(latents=found) if self.tiny else Output(latent_dist=Gaussian(found))

    def decode(self, z: Tensor) -> Output:
        return Output(sample=self.up(z).tanh())


@pytest.mark.parametrize("n", [1, 3])
def test_a_plain_vae(n: int) -> None:
    vae = PlainVAE()
    files, known = exported(vae, shape=[1, 8, 8])
    assert known == {"layout": "NCHW", "shape": [1, 8, 8], "latent": [3], "posterior": "mu,logvar"}
    x, z = torch.rand(n, 1, 8, 8), torch.randn(n, 3)
    for found, wanted in zip(evaluated(files["encoder.onnx"], x), vae.encode(x), strict=True):
        np.testing.assert_allclose(found, wanted, atol=TOLERANCE)
    np.testing.assert_allclose(evaluated(files["decoder.onnx"], z)[0], vae.decode(z), atol=TOLERANCE)


def test_a_spatial_vae_as_diffusers_has_it() -> None:
    vae = SpatialVAE()
    files, known = exported(vae, shape=[3, 16, 16], pixels="-1,1")
    assert (known["latent"], known["posterior"], known["pixels"]) == ([4, 4, 4], "mu,logvar", "-1,1")
    x, z = 2 * torch.rand(3, 3, 16, 16) - 1, torch.randn(3, 4, 4, 4)
    mu, logvar = evaluated(files["encoder.onnx"], x)
    wanted = vae.encode(x).latent_dist
    np.testing.assert_allclose(mu, wanted.mean, atol=TOLERANCE)
    np.testing.assert_allclose(logvar, wanted.logvar, atol=TOLERANCE)
    np.testing.assert_allclose(evaluated(files["decoder.onnx"], z)[0], vae.decode(z).sample, atol=TOLERANCE)


def test_a_spatial_autoencoder_without_a_variance() -> None:
    vae = SpatialVAE(tiny=True)
    files, known = exported({"encode": vae.encode, "decode": vae.decode, "shape": (3, 16, 16)})
    assert (known["latent"], known["posterior"]) == ([4, 4, 4], "mu")
    x = torch.rand(3, 3, 16, 16)
    (mu,) = evaluated(files["encoder.onnx"], x)
    np.testing.assert_allclose(mu, vae.encode(x).latents, atol=TOLERANCE)


@pytest.mark.parametrize(("layout", "seen"), [("NHWC", [2, 4, 1]), ("flat", [8])])
def test_other_layouts(layout: str, seen: list[int]) -> None:
    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        assert list(x.shape[1:]) == seen
        flat = x.flatten(1)
        return flat[:, :2], flat[:, 2:4]

    def decode(z: Tensor) -> Tensor:
        return torch.cat([z] * 4, 1).reshape(-1, *seen)

    files, known = exported({"encode": encode, "decode": decode, "shape": (1, 2, 4), "layout": layout})
    assert (known["shape"], known["latent"]) == ([1, 2, 4], [2])
    x = torch.rand(3, *seen)
    np.testing.assert_allclose(evaluated(files["encoder.onnx"], x)[1], encode(x)[1])


def test_statistics_joined_in_one_tensor() -> None:
    pair = (nn.Sequential(nn.Flatten(), nn.Linear(4, 6)), nn.Sequential(nn.Linear(3, 4), nn.Unflatten(1, (1, 2, 2))))
    _, known = exported(pair, shape=[1, 2, 2], posterior="mu,logvar:joined")
    assert known["latent"] == [3]


def test_mu_alone_where_that_is_said() -> None:
    files, known = exported(PlainVAE(), shape=[1, 8, 8], posterior="mu")
    assert known["posterior"] == "mu"
    assert len(evaluated(files["encoder.onnx"], torch.rand(1, 1, 8, 8))) == 1


def test_a_decoder_alone_tells_the_shape_of_its_images() -> None:
    files, known = exported({"decode": lambda z: z[:, :, None, None].expand(-1, -1, 4, 5).sigmoid(), "latent": 3})
    assert (known["shape"], known["latent"], list(files)) == ([3, 4, 5], [3], ["decoder.onnx"])


def randomly(x: Tensor) -> Tensor:
    """A draw in place of the mean."""
    return x.flatten(1) + torch.randn_like(x.flatten(1))


def failing(x: Tensor) -> Tensor:
    """An error, as any code may have one."""
    raise ValueError("the first line\nno weights for you.")


IDENTITY = nn.Identity()


@pytest.mark.parametrize(
    ("made", "said", "told"),
    [
        ((IDENTITY, IDENTITY), {}, "Your code does not say the shape of its images. Add --shape C,H,W"),
        ({"decode": IDENTITY}, {}, "Your code does not say the length of its codes. Add --latent K"),
        ({"decode": IDENTITY}, {"latent": [3]}, "does not say the shape of its images"),
        ((nn.ReLU(), nn.Flatten()), {"shape": [1, 2, 2]},
         "decode returns [2, 4] for 2 codes. Expected are images of [1, 2, 2]."),
        ((nn.Flatten(), IDENTITY), {"shape": [1, 2, 2], "latent": [3]},
         "encode returns [2, 4] for 2 images. Expected are codes of the shape [3] for each."),
        ((IDENTITY, IDENTITY), {"shape": [1, 2, 2], "posterior": "mu,logvar"},
         "encode returns one tensor, [2, 1, 2, 2] for 2 images, not mu,logvar."),
        ((failing, IDENTITY), {"shape": [1, 2, 2]}, "ValueError: no weights for you."),
        ((nn.Conv2d(3, 1, 1), IDENTITY), {"shape": [1, 2, 2]}, "encode failed: RuntimeError: "),
        ((randomly, lambda z: z.view(-1, 1, 2, 2)), {"shape": [1, 2, 2]},
         "encode cannot be exported to ONNX: ValueError: it gives other values, by "),
    ],
)  # fmt: skip
def test_what_cannot_be_exported(made: Any, said: dict[str, Any], told: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        exported(made, **said)
    assert told in str(caught.value)


def test_the_place_of_an_error_is_told() -> None:
    with pytest.raises(ExplorerError, match=r"^encode failed at test_tried_networks\.py:\d+: ValueError"):
        exported((failing, IDENTITY), shape=[1, 2, 2])

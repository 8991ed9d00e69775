"""Networks that PyTorch itself exported become models with the same codes and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.unit.importing.onnx_pairs import imported, model_of

pytestmark = pytest.mark.filterwarnings("ignore")  # of the exporter, about its own deprecated calls


class Encoder(nn.Module):
    """mu and logvar of an image, dense [N, K] or, without the dense layer, spatial [N, K, 8, 5]."""

    def __init__(self, latent: int, spatial: bool) -> None:
        super().__init__()
        body = [nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.LeakyReLU()]
        end = [nn.Conv2d(8, 2 * latent, 1)] if spatial else [nn.Flatten(), nn.Linear(8 * 8 * 5, 2 * latent)]
        self.network = nn.Sequential(*body, *end)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu, logvar = self.network(x).chunk(2, dim=1)
        return mu, logvar


def decoder(latent: int, spatial: bool) -> nn.Module:
    """Pictures in [0, 1], [N, 3, 16, 10]."""
    start = [nn.Conv2d(latent, 8, 1)] if spatial else [nn.Linear(latent, 8 * 8 * 5), nn.Unflatten(1, (8, 8, 5))]
    return nn.Sequential(*start, nn.GELU(), nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1), nn.Sigmoid())


def export(network: nn.Module, x: Tensor, path: Path, **options: Any) -> None:
    program = torch.onnx.export(network, (x,), dynamo=True, verbose=False, **options)
    assert program is not None
    program.save(path, external_data=False)


@pytest.mark.parametrize("spatial", [False, True], ids=["dense", "spatial"])
def test_an_exported_pair(spatial: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    latent = 4
    networks = Encoder(latent, spatial).eval(), decoder(latent, spatial).eval()
    x = torch.rand(3, 3, 16, 10)
    code = (latent, 8, 5) if spatial else (latent,)
    z = torch.randn(3, *code)
    n = 3 if spatial else 1  # images in the example; 1 becomes fixed
    free: dict[str, Any] = {"dynamic_shapes": ({0: torch.export.Dim("n")},)} if spatial else {}
    parts = {"first": (networks[0], x, {"output_names": ["mu", "logvar"]}), "second": (networks[1], z, {})}
    for name, (network, example, options) in parts.items():
        export(network, example[:n], tmp_path / f"{name}.onnx", **options, **free)
    found = imported(tmp_path, pixels="0,1")
    assert found.options["code_shape"] == code
    assert found.options["shape"] == (3, 16, 10)
    model = model_of(found)
    with torch.inference_mode():
        mu, logvar = networks[0](x)
        torch.testing.assert_close(model.encode(x).mu, mu.flatten(1), atol=1e-5, rtol=0)
        torch.testing.assert_close(model.encode(x).logvar, logvar.flatten(1), atol=1e-5, rtol=0)
        torch.testing.assert_close(model.decode(z.flatten(1)), networks[1](z), atol=1e-5, rtol=0)

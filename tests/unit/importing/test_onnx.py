"""ONNX pairs in all conventions: recognised, and equal to the VAE they were made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from explorer.datasets import DATASETS
from models import OnnxVAE
from tests.unit.importing.onnx_pairs import Floats, LinearVAE, decoder, encoder, imported, model_of, smooth, written

K = 6
POSTERIORS = [
    "mu,logvar", "mu,sigma", "mu,log_sigma", "mu,logvar:joined", "mu,sigma:joined", "mu,log_sigma:joined",
    "mu,logvar:interleaved", "mu,sigma:interleaved", "mu,log_sigma:interleaved",
]  # fmt: skip
NORMALISED = {1: "0.1307/0.3081", 3: "0.485,0.456,0.406/0.229,0.224,0.225"}


def digits() -> NDArray[np.uint8]:
    return DATASETS["digits"].load("test", None).pixels[:64]


def floats(images: NDArray[np.uint8]) -> Floats:
    return images.astype(np.float32) / 255


def check_equal(model: OnnxVAE, vae: LinearVAE, images: NDArray[np.uint8], spread: bool = True) -> None:
    """mu, logvar and the decoded pictures of five images, to 1e-5."""
    x = floats(images[:5])
    mu, logvar = vae.encode(x)
    found = model.encode(torch.from_numpy(x))
    np.testing.assert_allclose(found.mu, mu, atol=1e-5)
    if spread:
        np.testing.assert_allclose(found.logvar, logvar, atol=1e-5)
    np.testing.assert_allclose(model.decode(torch.from_numpy(mu)), vae.decode(mu), atol=1e-5)


@pytest.mark.parametrize("posterior", POSTERIORS)
def test_the_posterior_is_found_by_trial(posterior: str, tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    folder = written(tmp_path / "pair", one=encoder(vae, posterior=posterior), two=decoder(vae, "sigmoid"))
    found = imported(folder, images)
    assert found.checks["probe"][0]["posterior"] == posterior
    assert found.checks["encoder_max_difference"] < 1e-5
    assert found.checks["decoder_max_difference"] < 1e-5
    assert found.variational
    check_equal(model_of(found), vae, images)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 12, 20)])
@pytest.mark.parametrize("output", ["probabilities", "sigmoid", "logits", "pixels"])
@pytest.mark.parametrize("kind", ["0,1", "-1,1", "normalised"])
def test_pixels_and_output_are_found_by_trial(kind: str, output: str, shape: Any, tmp_path: Path) -> None:
    images = digits() if shape[0] == 1 else smooth(64, shape)
    pixels = NORMALISED[shape[0]] if kind == "normalised" else kind
    vae = LinearVAE.fitted(floats(images), 16)
    pair = {"encoder": encoder(vae, pixels), "decoder": decoder(vae, output, pixels)}
    found = imported(written(tmp_path / "pair", **pair), images)
    best = found.checks["probe"][0]
    truth = "probabilities" if output == "sigmoid" or (output == "pixels" and kind == "0,1") else output
    assert (best["pixels"], best["output"]) == (pixels, truth)
    assert found.checks["probe"][1]["mse"] >= best["mse"]
    assert len(found.checks["probe"]) <= 12
    check_equal(model_of(found), vae, images)


def test_a_decoder_that_ends_in_tanh_fixes_the_pixels(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    pair = {"encoder": encoder(vae, "-1,1", names=("mu", "logvar")), "decoder": decoder(vae, "tanh")}
    found = imported(written(tmp_path / "pair", **pair))
    assert found.options["shift"] == found.options["scale"] == (0.5,)
    assert found.assumed == (
        "Likelihood unknown: an ONNX file does not state it; say it with --likelihood, or under More on the page.",
    )
    check_equal(model_of(found), vae, images)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC", "flat"])
@pytest.mark.parametrize("shape", [(1, 10, 14), (3, 16, 8)])
def test_layouts_and_rectangular_sizes(layout: str, shape: Any, tmp_path: Path) -> None:
    images = smooth(40, shape)
    vae = LinearVAE.fitted(floats(images), K)
    pair = {"a": encoder(vae, layout=layout), "b": decoder(vae, "sigmoid", layout=layout)}
    found = imported(written(tmp_path / "pair", **pair), images, shape=shape)
    assert found.options["layout"] == found.options["output_layout"] == layout
    assert found.options["shape"] == shape
    check_equal(model_of(found), vae, images)


@pytest.mark.parametrize("posterior", ["mu,logvar", "mu,logvar:joined"])
def test_spatial_codes(posterior: str, tmp_path: Path) -> None:
    images = smooth(40, (1, 16, 16))
    vae = LinearVAE.fitted(floats(images), 12)
    code = (3, 2, 2)
    pair = {"a": encoder(vae, posterior=posterior, code=code), "b": decoder(vae, "sigmoid", code=code)}
    found = imported(written(tmp_path / "pair", **pair), images)
    assert found.options["code_shape"] == code
    assert found.options["latent"] == 12
    check_equal(model_of(found), vae, images)


def test_a_batch_size_fixed_at_1_is_run_image_by_image(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    found = imported(written(tmp_path / "pair", a=encoder(vae, batch=1), b=decoder(vae, "sigmoid", batch="n")), images)
    assert found.options["batched"] == [False, True]
    check_equal(model_of(found), vae, images)


def test_a_declared_batch_of_1_that_takes_more_is_run_in_batches(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    free = encoder(vae)
    free.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    found = imported(written(tmp_path / "pair", a=free, b=decoder(vae, "sigmoid")), images)
    assert found.options["batched"] == [True, True]


def test_what_is_said_overrides_the_probe(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    folder = written(tmp_path / "pair", a=encoder(vae), b=decoder(vae, "logits"))
    said = {"pixels": "-1,1", "posterior": "mu,log_sigma", "output": "pixels", "likelihood": "gaussian", "sigma": 0.2}
    found = imported(folder, images, **said)
    options = found.options
    assert (options["shift"], options["scale"], options["spread"]) == ((0.5,), (0.5,), "log_sigma")
    assert (options["rescaled"], options["likelihood"], options["sigma"]) == (True, "gaussian", 0.2)
    assert not any("Likelihood" in sentence for sentence in found.assumed)


@pytest.mark.parametrize("output", ["sigmoid", "logits"])
def test_a_bernoulli_that_is_said_gets_logits(output: str, tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    found = imported(written(tmp_path / "pair", a=encoder(vae), b=decoder(vae, output)), images, likelihood="bernoulli")
    x = floats(images[:5])
    mu, _ = vae.encode(x)
    p = vae.decode(mu)
    expected = np.log(p / (1 - p))
    np.testing.assert_allclose(model_of(found).decode_params(torch.from_numpy(mu)), expected, atol=1e-4)


def test_without_images_the_usual_is_taken_and_said(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    pair = {"a": encoder(vae, posterior="mu,logvar:joined"), "b": decoder(vae, "sigmoid")}
    found = imported(written(tmp_path / "pair", **pair))
    assert found.assumed[0] == (
        "Assumed: pixels 0,1; posterior mu,logvar:joined; for want of a data set the usual was taken, untried."
    )
    assert "probe" not in found.checks
    check_equal(model_of(found), vae, images)


def test_mu_alone_is_an_autoencoder(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    found = imported(written(tmp_path / "pair", a=encoder(vae, posterior="mu"), b=decoder(vae, "sigmoid")), images)
    assert not found.variational
    assert "The encoder returns mu alone, so that there is no KL and no ELBO." in found.assumed
    check_equal(model_of(found), vae, images, spread=False)


@pytest.mark.parametrize("output", ["sigmoid", "logits", "tanh"])
def test_a_decoder_alone(output: str, tmp_path: Path) -> None:
    vae = LinearVAE.fitted(floats(digits()), K)
    found = imported(written(tmp_path / "alone", it=decoder(vae, output)))
    z = np.random.default_rng(0).standard_normal((4, K)).astype(np.float32)
    assert not found.options["encodes"]
    np.testing.assert_allclose(model_of(found).decode(torch.from_numpy(z)), vae.decode(z), atol=1e-5)


def test_a_sample_of_z_beside_mu_and_logvar_is_left_out(tmp_path: Path) -> None:
    """As Keras's encoders return it."""
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    model = encoder(vae, names=("z_mean", "z_log_var"))
    model.graph.node.extend([
        helper.make_node("RandomNormalLike", ["z_mean"], ["noise"]),
        helper.make_node("Add", ["z_mean", "noise"], ["z"]),
    ])  # fmt: skip
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", K]))
    found = imported(written(tmp_path / "pair", a=model, b=decoder(vae, "sigmoid")), images)
    assert found.options["places"] == (0, 1)
    assert {row["posterior"] for row in found.checks["probe"]} == {"mu,logvar"}
    check_equal(model_of(found), vae, images)


def test_outputs_that_are_named_the_other_way_round(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    model = encoder(vae, names=("mu", "log_sigma"), posterior="mu,log_sigma")
    outputs = list(model.graph.output)
    del model.graph.output[:]
    model.graph.output.extend(outputs[::-1])
    found = imported(written(tmp_path / "pair", a=model, b=decoder(vae, "sigmoid")), images)
    assert found.options["places"] == (1, 0)
    check_equal(model_of(found), vae, images)


def test_external_data_beside_the_file(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    folder = written(tmp_path / "pair", b=decoder(vae, "sigmoid"))
    onnx.save_model(
        encoder(vae), folder / "a.onnx", save_as_external_data=True, location="a.onnx.data", size_threshold=0
    )
    assert b"a.onnx.data" in (folder / "a.onnx").read_bytes()
    check_equal(model_of(imported(folder, images)), vae, images)


def test_functions_of_the_file_are_put_in_place(tmp_path: Path) -> None:
    vae = LinearVAE.fitted(floats(digits()), K)
    model = decoder(vae, "logits")
    last = model.graph.output[0].name
    double = helper.make_function(
        "own", "Squash", ["a"], ["b"], [helper.make_node("Sigmoid", ["a"], ["b"])], [helper.make_opsetid("", 17)]
    )
    model.functions.append(double)
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.graph.node.append(helper.make_node("Squash", [last], ["y"], domain="own"))
    model.graph.output[0].name = "y"
    found = imported(written(tmp_path / "alone", it=model))
    z = np.random.default_rng(0).standard_normal((4, K)).astype(np.float32)
    np.testing.assert_allclose(model_of(found).decode(torch.from_numpy(z)), vae.decode(z), atol=1e-5)


def test_gradients_reach_the_image_and_the_code(tmp_path: Path) -> None:
    images = digits()
    vae = LinearVAE.fitted(floats(images), K)
    model = model_of(imported(written(tmp_path / "pair", a=encoder(vae), b=decoder(vae, "sigmoid")), images))
    x = torch.from_numpy(floats(images[:2])).requires_grad_()
    mu = model.encode(x).mu
    mu[:, 0].sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad[0].flatten(), vae.axes[:, 0] / vae.deviation[0], atol=1e-5)

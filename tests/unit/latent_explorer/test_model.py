"""A run in Python gives what the core gives for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler

from explorer.base import SHIPPED_RUNS
from explorer.datasets import Images, dataset_spec
from explorer.inference import decode, latents_of, load_with_model
from explorer.inference import reconstruct as reconstruct_by_core
from explorer.inference.densities import draw_codes
from explorer.inference.latent_space import arc, prior_codes
from explorer.inference.likelihood import importance_estimates, per_image
from explorer.runs import Run
from latent_explorer import ExplorerError, Model, load
from latent_explorer.worker import WORKER, ask

core = cache(lambda name: load_with_model(Run(SHIPPED_RUNS / name)))
model = cache(load)


@cache
def images(name: str = "digits") -> Images:
    """The test split of a data set."""
    return dataset_spec(name).load("test", None)


def test_what_it_is() -> None:
    found = model("digits-2d")
    assert (found.name, found.latent, found.shape, found.classes) == ("digits-2d", 2, (1, 8, 8), tuple("0123456789"))
    assert repr(found) == "<Model digits-2d: images of 1 x 8 x 8, 2 latent dimensions>"
    assert load(found.path).name == "digits-2d"


@pytest.mark.parametrize("layout", [lambda x: x, lambda x: x[:, 0], lambda x: x.reshape(len(x), -1), list])
def test_it_encodes_to_the_posteriors_of_the_app(layout: Callable[[Any], Any]) -> None:
    known = latents_of(core("digits-2d")[0], "test")
    mu, logvar = model("digits-2d").encode(layout(images().pixels))
    np.testing.assert_allclose(mu, known.mu, atol=1e-5)
    np.testing.assert_allclose(logvar, known.values.logvar, atol=1e-5)


def test_it_decodes_to_the_pixels_of_the_app() -> None:
    z = np.random.default_rng(0).normal(size=(600, 2))  # more than a batch
    wanted = decode(core("digits-2d")[0], z)[:, 0]
    found = load("digits-2d", pixels=(0, 255)).decode(z)
    assert found.dtype == np.float32
    assert np.abs(found - wanted).max() <= 0.5 + 1e-3


def test_it_reconstructs_samples_and_interpolates_as_the_app() -> None:
    run, network = core("digits-2d")
    own, pixels = load("digits-2d", pixels=(0, 255)), images().pixels[:4]
    wanted = [one.decoded[0] for one in reconstruct_by_core(network, pixels, samples=1)]
    assert np.abs(own.reconstruct(pixels) - wanted).max() <= 0.5 + 1e-3
    drawn = decode(run, prior_codes(run, 5, seed=3))[:, 0]
    assert np.abs(own.sample(5, seed=3) - drawn).max() <= 0.5 + 1e-3
    mixed = decode(run, draw_codes(run, "gmm", 5, seed=3))[:, 0]
    assert np.abs(own.sample(5, seed=3, source="gmm") - mixed).max() <= 0.5 + 1e-3
    with pytest.raises(ExplorerError, match="Nothing is drawn from 'vamp'"):
        own.sample(5, source="vamp")
    a, b = own.encode(pixels)[0][:2]
    wanted_path = decode(run, arc(a, b, 7))[:, 0]
    assert np.abs(own.interpolate(a, b, 7) - wanted_path).max() <= 0.5 + 1e-3
    assert np.abs(own.interpolate(pixels[0], pixels[1], 7) - wanted_path).max() <= 0.5 + 1e-3
    straight = own.interpolate(a, b, 3, path="linear")
    np.testing.assert_allclose(straight[1], own.decode([(a + b) / 2])[0], atol=1e-3)


def test_its_nats_are_those_of_the_core() -> None:
    network, pixels = core("digits-2d")[1], images().pixels[:50]
    wanted = per_image(network, pixels, samples=3, seed=1).elbo_nats
    np.testing.assert_allclose(model("digits-2d").elbo(pixels, samples=3, seed=1), wanted, rtol=1e-5)
    log_likelihood = importance_estimates(network, pixels, 20, seed=1).log_likelihood
    np.testing.assert_allclose(model("digits-2d").nll(pixels, samples=20, seed=1), -log_likelihood, rtol=1e-5)


def test_colour_comes_as_people_draw_it() -> None:
    assert model("emoji-32d").sample(2).shape == (2, 64, 64, 3)
    assert model("emoji-32d").inverse_transform(np.zeros((1, 32))).shape == (1, 64 * 64 * 3)
    np.testing.assert_array_equal(
        model("emoji-32d").inverse_transform(np.zeros((1, 32))).reshape(3, 64, 64),
        model("emoji-32d").decode(np.zeros((1, 32)))[0].transpose(2, 0, 1),
    )


def test_a_class_conditional_model_takes_labels_or_infers_them() -> None:
    own, some = model("mnist-cvae-8d"), images("mnist")
    pixels, labels = some.pixels[:20], some.labels[:20]  # type: ignore[index]
    mu, _ = own.encode(pixels, labels)
    wanted = per_image(core("mnist-cvae-8d")[1], pixels, labels=labels)
    np.testing.assert_allclose(mu, wanted.mu, atol=1e-4)
    np.testing.assert_allclose(own.elbo(pixels, labels), wanted.elbo_nats, rtol=1e-4)
    one_hot = np.concatenate([mu, np.eye(10, dtype=np.float32)[labels]], 1)
    np.testing.assert_allclose(own.decode(mu, labels), own.decode(one_hot), atol=1e-6)
    np.testing.assert_allclose(own.reconstruct(pixels, labels), own.decode(mu, labels), atol=1e-6)
    assert own.reconstruct(pixels).shape == (20, 28, 28)
    with pytest.raises(ExplorerError, match="takes rows of 8 numbers with labels, or 18"):
        own.decode(mu)
    with pytest.raises(ExplorerError, match="has the classes 0 to 9"):
        own.decode(mu[:1], [10])


def test_it_is_a_step_of_a_pipeline() -> None:
    digits = load_digits()
    steps = [("scale", MaxAbsScaler()), ("vae", model("digits-2d")), ("classify", KNeighborsClassifier())]
    # one scale for all pixels: each column's largest value is 16, or it is 0 everywhere
    flat = np.concatenate([digits.data, np.full((1, 64), 16.0)])
    pipeline = Pipeline(steps).fit(flat, [*digits.target, 0])
    assert pipeline.score(flat[1000:-1], digits.target[1000:]) > 0.5
    again = clone(pipeline)
    assert isinstance(again["vae"], Model)
    assert again["vae"].get_params() == {"run": "digits-2d", "pixels": (0.0, 1.0)}
    codes = pipeline[:2].transform(flat[:5])
    np.testing.assert_allclose(codes, model("digits-2d").encode(digits.images[:5] / 16)[0], atol=1e-6)
    assert pipeline[:2].inverse_transform(codes).shape == (5, 64)
    assert again["vae"].set_params(pixels=(0, 16)).fit_transform(digits.data).shape == (1797, 2)


WRONG: dict[str, tuple[Callable[[Model], Any], str]] = {
    "shape": (lambda m: m.encode(np.zeros((2, 28, 28))), "Expected are 1 x 8 x 8"),
    "range": (lambda m: m.encode(np.full((2, 8, 8), 7.0)), "out of the range from 0 to 1"),
    "labels": (lambda m: m.encode(np.zeros((2, 8, 8)), [1, 2, 3]), "3 labels for 2 images"),
    "names": (lambda m: m.encode(np.zeros((2, 8, 8)), ["a", "b"]), "Give the numbers of classes"),
    "width": (lambda m: m.decode(np.zeros((2, 3))), "takes rows of 2 numbers"),
    "one z": (lambda m: m.decode(np.zeros(2)), r"Give rows of 2 numbers: \[N, K\]"),
    "not finite": (lambda m: m.decode([[np.nan, 0]]), "not finite"),
    "path": (lambda m: m.interpolate([0, 1], [1, 0], 3, path="curved"), "There is no path 'curved'"),
    "few": (lambda m: m.interpolate([0, 1], [1, 0], 1), "It must lie between 2 and 1,000,000"),
    "none": (lambda m: m.sample(0), "It must lie between 1 and 1,000,000"),
    "half": (lambda m: m.sample(2.5), "The number is 2.5"),  # type: ignore[arg-type]
    "seed": (lambda m: m.sample(2, seed=-1), "The seed is -1"),
    "temperature": (lambda m: m.sample(2, temperature=-1), "The temperature is -1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_a_sentence(name: str) -> None:
    ask_for, said = WRONG[name]
    with pytest.raises(ExplorerError, match=said):
        ask_for(model("digits-2d"))


def test_a_run_that_is_not_there() -> None:
    with pytest.raises(ExplorerError, match="There is no run 'mnist-3d'") as told:
        load("mnist-3d")
    assert told.value.hint


def test_a_process_that_was_killed_is_told_and_another_one_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    own = model("digits-2d")
    own.sample(1)
    dead = WORKER.process
    assert dead is not None
    dead.kill()
    dead.wait()
    with monkeypatch.context() as patch:
        patch.setattr(WORKER, "running", lambda: dead)  # as where it ends while it is asked
        with pytest.raises(ExplorerError, match="The process of the models ended"):
            own.sample(1)
    with pytest.raises(RuntimeError, match="KeyError: 'nothing'"):  # a fault of ours
        ask("nothing")
    assert own.sample(1).shape == (1, 8, 8)

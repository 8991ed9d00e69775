"""The class-conditional VAE: told the class it trains, codes, guesses and decodes by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import dataset_spec
from explorer.inference.decoding import decode, model_of
from explorer.inference.latent_space.latent_codes import class_count, codes, every_class, home, prior_codes
from explorer.inference.latents import latents_of
from explorer.inference.likelihood.evaluation import per_image
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import Run
from explorer.training.presets import startable
from explorer.training.train_run import train_new
from models import MODELS
from models.cvae import CVAE
from models.objectives import gaussian_kl
from tests.helpers import tiny_config, write_folder


def never() -> bool:
    return False


@pytest.fixture
def conditional(runs_root: Path) -> Run:
    """Trained on digits long enough that the class matters."""
    config = tiny_config(model="cvae", hidden=(64,), epochs=8, lr=0.005)
    return train_new(config, "conditional", lambda _: None, never)


def small() -> CVAE:
    torch.manual_seed(0)
    model = MODELS["cvae"].build({"shape": (1, 8, 8), "latent": 3, "hidden": (16,), "classes": 4})
    assert isinstance(model, CVAE)
    return model


def test_a_bound_model_is_the_elbo_of_its_formula() -> None:
    model, x = small(), torch.rand(5, 1, 8, 8)
    classes = torch.eye(4)[[0, 1, 2, 3, 1]]
    noise = torch.randn(2, 5, 3)
    with torch.no_grad():
        found = model.elbo_with(x, noise, condition=classes)
        mu, logvar = model.encoder(torch.cat([x.flatten(1), classes], 1)).chunk(2, -1)
        z = mu + (0.5 * logvar).exp() * noise
        logits = model.decoder(torch.cat([z, classes.expand(2, 5, 4)], -1).reshape(10, 7)).reshape(2, 5, 1, 8, 8)
        log_px = torch.distributions.Bernoulli(logits=logits, validate_args=False).log_prob(x).sum((-3, -2, -1))
    torch.testing.assert_close(found.reconstruction, log_px.mean(0))
    torch.testing.assert_close(found.kl, gaussian_kl(mu, logvar))


def test_the_noise_of_a_guess_is_drawn_on_the_cpu_for_every_device() -> None:
    model = small().to("meta")  # a device that draws nothing itself
    assert model.guess(torch.zeros(5, 1, 8, 8, device="meta")).shape == (5,)


def test_without_labels_it_takes_the_class_of_the_highest_elbo() -> None:
    model, x = small(), torch.rand(6, 1, 8, 8)
    with torch.no_grad():
        guess, elbos = model.guess(x), model.class_elbos(x)
        assert elbos.shape == (4, 6)
        assert torch.equal(elbos.gather(0, guess[None])[0], elbos.max(0).values)
        assert torch.equal(model(x), model.conditioned_on(x, guess)(x))
        other = model.conditioned_on(x, (guess + 1) % 4)
        assert torch.equal(other.conditioned_on(x)(x), other(x)), "bound once, it does not guess again"
        assert not torch.equal(other(x), model(x))


def test_the_class_of_an_image_does_not_depend_on_the_others() -> None:
    model, x = small(), torch.rand(6, 1, 8, 8)
    with torch.no_grad():
        elbos = model.class_elbos(x)
        for i in range(6):
            torch.testing.assert_close(model.class_elbos(x[i : i + 1])[:, 0], elbos[:, i])
        torch.testing.assert_close(model.class_elbos(x.flip(0)).flip(1), elbos)


def test_labels_reach_the_training_and_the_latents(conditional: Run) -> None:
    model, test = model_of(load_run(conditional)), dataset_spec("digits").load("test", None)
    told = per_image(model, test.pixels, labels=test.labels)
    wrong = per_image(model, test.pixels, labels=(test.labels + 1) % 10 if test.labels is not None else None)
    assert told.elbo_nats.mean() > wrong.elbo_nats.mean() + 2
    kept = latents_of(load_run(conditional))
    assert np.allclose(kept.mu, told.mu, atol=1e-5)
    assert kept.mu.shape[1] == 2
    status = conditional.status().test_elbo_nats
    assert status == pytest.approx(float(told.elbo_nats.mean()), abs=0.5)


def test_most_digits_are_taken_for_what_they_are(conditional: Run) -> None:
    test = dataset_spec("digits").load("test", None)
    found = reconstruct(model_of(load_run(conditional)), test.pixels[:100], samples=2)
    labels = np.array([result.label for result in found])
    assert test.labels is not None
    assert (labels == test.labels[:100]).mean() > 0.7
    one = found[0]
    assert np.array_equal(decode(load_run(conditional), one.code[None])[0], one.decoded)
    assert one.code[2:].tolist() == np.eye(10)[labels[0]].tolist()


def test_codes_name_the_class(conditional: Run, trained: Run) -> None:
    assert class_count(load_run(conditional)) == 10
    assert home(load_run(conditional)).tolist() == [0, 0, 1, *[0] * 9]
    strip = every_class(load_run(conditional), np.array([0.5, -1, *[0] * 10]))
    assert strip[:, :2].tolist() == [[0.5, -1]] * 10
    assert np.array_equal(strip[:, 2:], np.eye(10))
    pictures = decode(load_run(conditional), strip)
    assert pictures.astype(float).std(0).max() > 20, "another class, another picture"
    assert prior_codes(load_run(conditional), 12)[:, 2:].argmax(1).tolist() == [*range(10), 0, 1]
    assert class_count(load_run(trained)) == 0
    assert np.array_equal(codes(load_run(trained), np.ones((3, 2)), np.zeros(3, np.int64)), np.ones((3, 2)))
    with pytest.raises(ExplorerError, match="takes rows of 12 numbers"):
        decode(load_run(conditional), np.zeros((1, 2)))


def test_images_without_classes_are_refused_in_a_sentence(tmp_path: Path, runs_root: Path) -> None:
    folder = write_folder(tmp_path / "plain", [f"{i}.png" for i in range(12)])
    config = tiny_config(dataset=f"folder:{folder}", model="cvae", side=8)
    for refuse in (startable, lambda config: train_new(config, None, lambda _: None, never)):
        with pytest.raises(ExplorerError, match="learns from the classes of images; the images of folder"):
            refuse(config)
    assert not runs_root.exists()


def test_a_folder_of_folders_has_classes(tmp_path: Path, runs_root: Path) -> None:
    folder = write_folder(tmp_path / "two", [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(8)])
    config = tiny_config(dataset=f"folder:{folder}", model="cvae", side=8)
    startable(config)
    run = train_new(config, "two", lambda _: None, never)
    assert class_count(load_run(run)) == 2


def test_a_resumed_training_gets_its_labels_again(runs_root: Path) -> None:
    from explorer.training.train_run import resume_run

    config = tiny_config(model="cvae", epochs=2)
    whole = train_new(config, "whole", lambda _: None, never)
    part = train_new(tiny_config(model="cvae", epochs=1), "part", lambda _: None, never)
    resume_run(part, lambda _: None, never, epochs=2)
    first, second = (load_model(load_run(run), torch.device("cpu")).state_dict() for run in (whole, part))
    assert all(torch.equal(first[key], second[key]) for key in first)

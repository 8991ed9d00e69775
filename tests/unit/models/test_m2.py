"""The semi-supervised M2: its objective is the paper's, few labels teach it, and those that are not told do not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import dataset_spec
from explorer.datasets.stratified_sample import stratified
from explorer.inference.latent_space.latent_codes import class_count
from explorer.inference.likelihood.evaluation import class_hits
from explorer.measures.run_measures import measured
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.run import Run
from explorer.training import labels as labelling
from explorer.training import presets
from explorer.training.config import TrainConfig, checked_config
from explorer.training.distributed import SINGLE_PROCESS
from explorer.training.hooks import Hooks, never
from explorer.training.labels import check_labels, exclude_unlabelled, kept_labels
from explorer.training.runner import trainer_of
from explorer.training.setup import set_up
from explorer.training.train_run import train_new
from models import MODELS, model_spec
from models.m2 import EXCLUDED, M2, UNKNOWN
from models.objectives import Elbo, SemiSupervisedElbo, class_weights
from tests.helpers import tiny_config, trained_in, write_folder

N, K, C = 6, 3, 4
TOLD = torch.eye(C)[[2, 0, 0, 3, 0, 0]] * torch.tensor([1, 0, 1, 1, 0, 0])[:, None]  # images 1, 4 and 5 have none
SAID = torch.cat([TOLD, torch.zeros(N, 1)], 1)  # as a model is told it


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def small(**options: Any) -> M2:
    """A model whose classes matter already."""
    model = MODELS["m2"].build({"shape": (1, 8, 8), "latent": K, "hidden": (16, 8), "classes": C, **options})
    assert isinstance(model, M2)
    for network in (model.encoder, model.decoder):
        first = next(part for part in network.modules() if isinstance(part, torch.nn.Linear))
        torch.nn.init.normal_(first.weight[:, -C:], std=0.5)
    return model


def parts_of_noise() -> tuple[Tensor, Tensor, Tensor]:
    """Reconstruction [C, N] and KL [C, N, K] of every class, and log q(y|x) [N, C], float64."""
    reconstruction, kl = -20 - 5 * torch.rand(C, N, dtype=torch.float64), torch.rand(C, N, K, dtype=torch.float64)
    return reconstruction, kl, torch.randn(N, C, dtype=torch.float64).log_softmax(-1)


def elbo_of(reconstruction: Tensor, kl: Tensor, log_q: Tensor, told: Tensor = TOLD) -> SemiSupervisedElbo:
    """The objective's parts, each labelled image's naming weighing 0.2."""
    return SemiSupervisedElbo(reconstruction[0], kl[0], Elbo(reconstruction, kl), log_q, told.to(log_q), 0.2)


def bound(model: M2, x: Tensor, y: int, noise: Tensor) -> float:
    """-L(x, y) of one image [1, H, W], equation 6, in float64 from the networks' own outputs."""
    one_hot = torch.eye(C)[y]
    mu, logvar = model.encoder(torch.cat([x.flatten(), one_hot])[None])[0].double().chunk(2)
    posterior = Normal(mu, (0.5 * logvar).exp())
    total = 0.0
    for eps in noise.double():  # [K]
        z = (mu + posterior.stddev * eps).float()
        logits = model.decoder(torch.cat([z, one_hot])[None])[0].double()
        total += float(Bernoulli(logits=logits, validate_args=False).log_prob(x.double()).sum()) / len(noise)
    return total - float(kl_divergence(posterior, Normal(0, 1)).sum()) + math.log(1 / C)


def test_the_objective_is_that_of_its_equations() -> None:
    model, x, noise = small(labelled=0.25), torch.rand(N, 1, 8, 8), torch.randn(2, N, K)
    with torch.no_grad():
        log_q = model.classifier(x).double().log_softmax(-1)
        total = 0.0
        for i in range(N):
            bounds = [bound(model, x[i], y, noise[:, i]) for y in range(C)]
            if TOLD[i].any():
                y = int(TOLD[i].argmax())
                total += -bounds[y] - 0.1 / 0.25 * float(log_q[i, y])  # equations 6 and 9, alpha = 0.1 N over N / 4
            else:
                q = log_q[i].exp()
                total += -sum(float(q[y]) * bounds[y] for y in range(C)) + float((q * log_q[i]).sum())  # equation 7
        found = model.elbo_with(x, noise, condition=SAID)
    assert found.loss().item() == pytest.approx(total / N, rel=1e-5)


def test_what_is_told_of_an_image_are_the_parts_of_its_class() -> None:
    model, x, noise = small(), torch.rand(N, 1, 8, 8), torch.randn(2, N, K)
    with torch.no_grad():
        found, given = (
            model.elbo_with(x, noise, condition=SAID),
            model.conditioned_on(x, TOLD.argmax(-1)).elbo_with(x, noise),
        )
        told = TOLD.any(-1)
        q = model.log_classes(x).exp()
        each = model.in_each_class(x, noise, x)
    torch.testing.assert_close(found.reconstruction[told], given.reconstruction[told])
    torch.testing.assert_close(found.kl[told], given.kl[told])
    torch.testing.assert_close(found.reconstruction[~told], (q.T * each.reconstruction).sum(0)[~told])
    torch.testing.assert_close(found.kl[~told], (q.T[..., None] * each.kl).sum(0)[~told])


def test_without_a_class_the_best_q_makes_it_the_log_of_the_mean_over_the_classes() -> None:
    reconstruction, kl, _ = parts_of_noise()
    bounds = (reconstruction - kl.sum(-1)).T  # [N, C]
    nothing = torch.zeros(N, C)
    best = elbo_of(reconstruction, kl, bounds.log_softmax(-1), nothing).loss()
    torch.testing.assert_close(best, -(torch.logsumexp(bounds, 1) - math.log(C)).mean())
    other = elbo_of(reconstruction, kl, torch.randn(N, C, dtype=torch.float64).log_softmax(-1), nothing).loss()
    assert other > best


def test_the_objective_s_gradient_against_finite_differences() -> None:
    parts = tuple(part.requires_grad_() for part in parts_of_noise())

    def loss(reconstruction: Tensor, kl: Tensor, logits: Tensor) -> Tensor:
        return elbo_of(reconstruction, kl, logits.log_softmax(-1)).loss(1.5)

    assert torch.autograd.gradcheck(loss, parts)


def test_the_model_s_gradient_against_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tensor, "float", lambda self: self)  # the whole model in float64
    model = small(activation="tanh").double()
    x, noise = torch.rand(N, 1, 8, 8, dtype=torch.float64), torch.randn(1, N, K, dtype=torch.float64)

    def loss() -> Tensor:
        return model.elbo_with(x, noise, condition=SAID.double()).loss()

    loss().backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        direction = torch.randn_like(parameter)
        slope, step = float((parameter.grad * direction).sum()), 1e-6
        with torch.no_grad():
            above = (parameter.add_(step * direction), loss())[1]
            below = (parameter.sub_(2 * step * direction), loss())[1]
            parameter.add_(step * direction)
        assert slope == pytest.approx(float(above - below) / (2 * step), rel=1e-5, abs=1e-7)


def test_images_in_a_label_warm_up_do_not_move_the_classifier_but_all_the_rest() -> None:
    model, x, noise = small(), torch.rand(N, 1, 8, 8), torch.randn(1, N, K)
    generator, unknown = torch.Generator(), torch.full((N,), UNKNOWN)
    for labels, moves in ((unknown, True), (exclude_unlabelled(unknown), False)):
        model.zero_grad()
        model.elbo_with(x, noise, condition=model.training_condition(N, labels, generator)).loss().backward()
        assert any(p.grad is not None and bool(p.grad.any()) for p in model.classifier.parameters()) == moves
        assert all(p.grad is not None and p.grad.any() for p in model.decoder.parameters())
    model.zero_grad()
    told = model.training_condition(N, exclude_unlabelled(torch.tensor([2, UNKNOWN, 0, 3, 1, 1])), generator)
    model.elbo_with(x, noise, condition=told).loss().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.classifier.parameters())


def test_a_label_warm_up_lasts_so_many_epochs() -> None:
    config = tiny_config(model="m2", labels=100, label_warmup=1.5, epochs=3, batch_size=100)
    trainer = trainer_of(set_up(config), Hooks(lambda _: None, lambda *_: None, never), SINGLE_PROCESS, None)
    part = torch.arange(100)
    alone = []
    for step in range(3 * 15):
        trainer.at.step = step
        labels = trainer.labels_of(part)
        assert labels is not None
        assert ((labels >= 0) | (labels == labels.min())).all()
        alone.append(int(labels.min()) == EXCLUDED)
    assert alone == [True] * 23 + [False] * 22  # 15 steps an epoch


def test_shares_of_a_batch_have_the_gradient_of_the_whole() -> None:
    model, x, noise = small(), torch.rand(N, 1, 8, 8), torch.randn(2, N, K)
    gradients = []
    for parts in ([slice(0, N)], [slice(0, 2), slice(2, N)]):  # as processes of one training have them
        model.zero_grad()
        for rows in parts:
            loss = model.elbo_with(x[rows], noise[:, rows], condition=SAID[rows]).loss()
            (loss * len(x[rows]) / N).backward()
        gradients.append(torch.cat([p.grad.ravel() for p in model.parameters() if p.grad is not None]))
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_it_begins_alike_for_all_classes() -> None:
    model = MODELS["m2"].build({"shape": (1, 8, 8), "latent": K, "hidden": (16,), "classes": C})
    assert isinstance(model, M2)
    with torch.no_grad():
        each = model.in_each_class(torch.rand(N, 1, 8, 8), torch.randn(1, N, K), torch.rand(N, 1, 8, 8))
    assert torch.equal(each.reconstruction, each.reconstruction[:1].expand(C, N))


def test_weights_of_the_classes() -> None:
    log_q = torch.randn(N, C).log_softmax(-1)
    q = class_weights(TOLD, log_q)
    assert torch.equal(q[0], TOLD[0])
    torch.testing.assert_close(q[1], log_q[1].exp())
    torch.testing.assert_close(q.sum(-1), torch.ones(N))


def test_what_a_step_is_told() -> None:
    model, generator = small(), torch.Generator()
    told = model.training_condition(4, torch.tensor([2, UNKNOWN, 0, EXCLUDED]), generator)
    assert told.tolist() == [[0, 0, 1, 0, 0], [0] * 5, [1, 0, 0, 0, 0], [0, 0, 0, 0, 1]]
    assert not model.training_condition(3, None, generator).any()


@pytest.mark.parametrize("labelled", [0.0, -1.0, 1.1, math.nan])
def test_a_share_that_is_none_is_refused(labelled: float) -> None:
    with pytest.raises(ValueError, match="labelled share of the images is"):
        small(labelled=labelled)


# Which images keep their label


def test_as_many_labels_as_asked_for_each_class_its_share() -> None:
    labels = np.repeat(np.arange(4), [700, 200, 95, 5])
    seen = kept_labels(labels, tiny_config(labels=100))
    assert seen is not None
    known = seen != UNKNOWN
    assert known.sum() == 100
    assert np.array_equal(seen[known], labels[known])
    assert np.bincount(seen[known]).tolist() == [70, 20, 9, 1]
    again, other = (kept_labels(labels, tiny_config(labels=100, seed=seed)) for seed in (0, 1))
    assert np.array_equal(seen, again)  # type: ignore[arg-type]
    assert not np.array_equal(seen, other)  # type: ignore[arg-type]


def test_where_no_number_is_asked_for_all_are_kept() -> None:
    labels = np.arange(5)
    assert kept_labels(labels, tiny_config()) is labels
    assert kept_labels(None, tiny_config(labels=3)) is None


def weights_with(labels: np.ndarray, config: TrainConfig) -> Tensor:
    """All weights after a training on digits whose labels are these."""
    setup = set_up(config)
    setup = replace(setup, train=replace(setup.train, labels=labels))
    trainer = trainer_of(setup, Hooks(lambda _: None, lambda *_: None, never), SINGLE_PROCESS, None)
    assert trainer.run() == "finished"
    return torch.cat([p.detach().ravel() for p in setup.model.parameters()])


def test_labels_that_are_not_told_never_reach_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tiny_config(model="m2", labels=100, epochs=2)
    labels = dataset_spec("digits").load("train", None).labels
    assert labels is not None
    kept = stratified(labels, len(labels), 100)
    monkeypatch.setattr(labelling, "stratified", lambda *_: kept)  # the choice itself goes by the sizes of the classes
    hidden = np.setdiff1d(np.arange(len(labels)), kept)
    others, wrong = labels.copy(), labels.copy()
    others[hidden] = np.random.default_rng(0).permutation(labels[hidden])
    wrong[kept] = np.roll(labels[kept], 1)
    assert (others != labels).sum() > 1000
    first = weights_with(labels, config)
    assert torch.equal(weights_with(others, config), first)
    assert not torch.equal(weights_with(wrong, config), first)


# Runs


@pytest.fixture(scope="module")
def learned_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run trained on digits with 143 labels: a tenth."""
    options = {"labels": 143, "hidden": (64,), "latent": 4, "epochs": 12, "lr": 5e-3, "label_warmup": 8}
    return trained_in(tmp_path_factory.mktemp("m2"), "learned", model="m2", **options).path


def test_it_names_most_digits_and_tells_how_many_after_each_epoch(learned_path: Path) -> None:
    run, test = Run(learned_path), dataset_spec("digits").load("test", None)
    model = load_model(load_run(run), torch.device("cpu"))
    assert test.labels is not None
    hits = class_hits(model, test.pixels, test.labels)
    assert hits.mean() > 0.8
    told = [line["test"]["class_accuracy"] for line in metric_lines(run)]
    assert len(told) == 12
    assert told[-1] == pytest.approx(hits.mean())
    assert load_run(run).model.options["labelled"] == pytest.approx(143 / 1437)


def test_it_is_a_class_conditional_model_to_all_the_rest(learned_path: Path) -> None:
    run = Run(learned_path)
    assert class_count(load_run(run)) == 10
    found = measured(load_run(run), ["class-accuracy", "elbo", "nll"], samples=20)
    assert found["class-accuracy"].value == pytest.approx(metric_lines(run)[-1]["test"]["class_accuracy"])
    assert found["class-accuracy"].n == 360
    assert found["class-accuracy"].stderr is not None
    assert isinstance(found["elbo"].value, float)
    assert found["elbo"].value == pytest.approx(run.status().test_elbo_nats, rel=1e-4)


def test_other_models_name_no_classes(trained: Run) -> None:
    assert (
        measured(load_run(trained), ["class-accuracy"])["class-accuracy"].absent
        == "The model (VAE) does not name classes."
    )
    assert metric_lines(trained)[-1]["test"]["class_accuracy"] is None


# What is refused


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": "vae", "labels": 100}, "A number of labels means nothing to the model 'vae'."),
        ({"model": "cvae", "labels": 100}, "A number of labels means nothing to the model 'cvae'."),
        ({"model": "vae", "label_warmup": 1.0}, "A label warm-up means nothing to the model 'vae'."),
        ({"label_warmup": -1.0}, "The label warm-up is -1.0 epochs."),
        ({"labels": 0}, "The number of labels is 0."),
        ({"labels": 9}, "9 labels are too few for 10 classes."),
        ({"labels": 1438}, "1,438 labels are asked for, but there are only 1,437 training images."),
    ],
)
def test_labels_that_cannot_be_kept_are_refused_before_anything_is_written(
    changes: dict[str, Any], sentence: str, runs_root: Path
) -> None:
    config = tiny_config(**{"model": "m2", **changes})
    for refuse in (presets.startable, lambda config: train_new(checked_config(config), None, lambda _: None, never)):
        with pytest.raises(ExplorerError) as caught:
            refuse(config)
        assert caught.value.message == sentence
        assert caught.value.hint
    assert not runs_root.exists()


def test_a_folder_without_classes_or_with_few_images_is_refused(tmp_path: Path, runs_root: Path) -> None:
    plain = write_folder(tmp_path / "plain", [f"{i}.png" for i in range(12)])
    two = write_folder(tmp_path / "two", [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(8)])
    for folder, labels, sentence in (
        (plain, 4, "learns from the classes of images; the images of folder"),
        (two, 1, "1 labels are too few for 2 classes"),
        (two, 17, "17 labels are asked for, but there are only"),
    ):
        config = tiny_config(dataset=f"folder:{folder}", model="m2", side=8, labels=labels)
        for refuse in (
            presets.startable,
            lambda config: train_new(checked_config(config), None, lambda _: None, never),
        ):
            with pytest.raises(ExplorerError, match=sentence):
                refuse(config)
    assert not runs_root.exists()
    run = train_new(tiny_config(dataset=f"folder:{two}", model="m2", side=8, labels=4), "t", lambda _: None, never)
    assert load_run(run).model.options["classes"] == 2


def test_uncounted_images_are_not_held_against_a_number() -> None:
    check_labels(tiny_config(model="m2", labels=10**6), model_spec("m2"), 0, 2)

"""The verdict: one sentence for each way a model can be."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inference.latents import Latents, gaussian_kl, write_latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.measures.diagnosis import shortcoming, verdict
from explorer.measures.measured_value import NOT_FINITE, Measured, absent
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run


def measures(kl: tuple[float, ...], active: int, away: float = 0.02, holes: float = 0.06) -> dict[str, Measured]:
    """What the verdict rests on."""
    return {
        "active-units": Measured(active, 100),
        "kl-per-dim": Measured(kl, 100),
        "prior-distance": Measured((away,) * len(kl), 100),
        "prior-holes": Measured(holes, 100),
    }


@pytest.mark.parametrize(
    ("found", "sentence", "advice", "sound"),
    [
        (measures((1.5, 2.5), 2), "No collapse: 2 of 2 dimensions", "samples lie among the codes: 6 % of", True),
        (measures((4.0, 0.0, 0.0), 1), "Partly collapsed: 1 of 3 dimensions carry 4.00 nats", "smaller latent", True),
        (measures((0.0, 0.0), 0), "The posterior has collapsed: none of the 2", "with a lower beta", False),
        (measures((9.0, 8.0), 2, 0.7), "samples: codes lie 0.70 σ off", "z0 (0.70 σ), z1 (0.70 σ). 2 of 2", False),
        (measures((9.0, 8.0), 2, holes=0.44), "44 % of the prior's draws lie where no code does", "larger beta", False),
    ],
)
def test_each_case_has_its_sentence(found: dict[str, Measured], sentence: str, advice: str, sound: bool) -> None:
    judged = verdict(found)
    assert judged is not None
    assert sentence in judged.sentence
    assert advice in judged.advice
    assert judged.sound == sound


def test_a_model_without_a_prior_and_one_that_was_not_measured() -> None:
    nothing = absent("The model has no prior.")
    judged = verdict(dict.fromkeys(("active-units", "kl-per-dim", "prior-distance", "prior-holes"), nothing))
    assert judged is not None
    assert "no prior and no likelihood" in judged.sentence
    assert verdict({"elbo": Measured(-1.0, 1)}) is None


def distances(prior: float | None, **others: float) -> dict[str, Measured]:
    """Frechet distances of draws, each with a standard error of 1."""
    own = {f"frechet-{name}": Measured(value, 100, 1.0) for name, value in others.items()}
    return {"frechet": absent("no prior") if prior is None else Measured(prior, 100, 1.0), **own}


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        (distances(9.0, gmm=5.0, kde=6.0, flow=7.0), "the Gaussian mixture (gmm) that is fitted to its codes: their"),
        (distances(9.0, gmm=8.5, kde=7.0, flow=4.0), "Normalising flow (flow) that is fitted to its codes"),
        (distances(9.0, gmm=4.5, kde=4.0, flow=4.2), "Frechet distance is 4.50, the prior's 9.00."),
        (distances(9.0, gmm=7.0), ""),  # within two standard errors of the difference
        (distances(4.0, gmm=9.0, kde=8.0, flow=7.0), ""),
        (distances(9.0), ""),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("like", [measures((9.0, 8.0), 2, 0.7), measures((1.5, 2.5), 2), measures((4.0, 0.0), 1)])
def test_a_density_whose_draws_are_clearly_nearer_is_advised(
    found: dict[str, Measured], advice: str, like: dict[str, Measured]
) -> None:
    judged = verdict({**like, **found})
    assert judged is not None
    assert advice.casefold() in judged.advice.casefold()
    assert bool(advice) == ("Better samples come from" in judged.advice)


def test_a_model_without_a_prior_is_advised_to_draw_from_its_codes() -> None:
    nothing = absent("The model has no prior.")
    found = dict.fromkeys(("active-units", "kl-per-dim", "prior-distance", "prior-holes"), nothing)
    judged = verdict({**found, **distances(None, gmm=5.0, kde=4.5, flow=9.0)})
    assert judged is not None
    assert "Gaussian mixture (gmm) have a Frechet distance of 5.00 to the images." in judged.advice


def keep_latents(run: Run, used: int) -> LoadedRun:
    """Give the run latents of which so many of its two dimensions follow the image, spread as the prior is."""
    loaded = load_run(run)
    mu = np.random.default_rng(0).standard_normal((loaded.data.n_test, 2)).astype(np.float32) * 0.995
    mu[:, used:] = 0
    logvar = np.full_like(mu, np.log(0.01))
    logvar[:, used:] = 0
    zeros = np.zeros(len(mu), np.float32)
    write_latents(loaded, "test", Latents(PerImage(mu, logvar, zeros, gaussian_kl(mu, logvar), zeros), None, ()))
    return loaded


@pytest.mark.parametrize(
    ("used", "sentence"),
    [
        (0, "The posterior has collapsed: none of the 2 dimensions says anything about the image."),
        (1, "Partly collapsed: 1 of 2 dimensions carry"),
        (2, None),
    ],
)
def test_what_a_training_leaves_is_judged_as_its_measures_are(
    used: int, sentence: str | None, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = keep_latents(trained, used)
    monkeypatch.setattr("explorer.measures.bench.per_image", None)  # nothing is encoded
    found = shortcoming(run)
    assert (found is None) == (sentence is None)
    assert found is None or found.sentence.startswith(sentence or "")
    (run.path / "latents" / "test.npz").unlink()
    assert shortcoming(run) is None


def test_too_few_or_equal_images_are_not_called_a_collapse() -> None:
    found = measures((0.0, 0.0), 0) | {"active-units": absent("The images are all the same.")}
    judged = verdict(found)
    assert judged is not None
    assert judged.sentence == "Whether the posterior has collapsed cannot be said. The images are all the same."
    assert "rain longer" not in judged.advice
    assert judged.sound is None


def test_without_a_distance_to_the_prior_nothing_is_said_of_the_samples() -> None:
    unknown = absent("It cannot be known from 10 images: it takes 50 or more.")
    judged = verdict(measures((1.5, 2.5), 2) | {"prior-distance": unknown, "prior-holes": unknown})
    assert judged is not None
    assert judged.sentence.startswith("No collapse")
    assert judged.advice == f"Whether its samples lie among the codes is open. {unknown.absent}"


def test_a_diverged_model_is_called_so() -> None:
    diverged = dict.fromkeys(("kl-per-dim", "prior-distance", "prior-holes"), absent(NOT_FINITE))
    judged = verdict(measures((1.0,), 0) | diverged)
    assert judged is not None
    assert judged.sentence == "Its training has diverged: its values are not finite."
    assert judged.sound is False


def test_a_classifier_s_area_is_told_with_the_samples() -> None:
    judged = verdict(measures((1.5, 2.5), 2) | {"prior-auc": Measured(0.66, 100, 0.01)})
    assert judged is not None
    assert "A classifier tells codes from draws with an AUC of 0.66, chance 0.5." in judged.advice
    assert judged.sound


def test_a_partly_collapsed_model_s_samples_are_judged_as_well() -> None:
    found = measures((4.0, 0.0, 0.0), 1) | {"prior-auc": Measured(0.83, 100, 0.01)}
    judged = verdict(found | {"prior-distance": Measured((0.25, 0.0, 0.01), 100)})
    assert judged is not None
    assert "smaller latent size does the same" in judged.advice
    assert "6 % of the prior's draws in holes, 5 % is chance. Farthest off the prior: z0 (0.25 σ). A" in judged.advice

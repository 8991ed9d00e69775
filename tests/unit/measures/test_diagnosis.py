"""The verdict: one sentence for each way a model can be."""

from __future__ import annotations

import pytest

from explorer.measures.diagnosis import verdict
from explorer.measures.estimators import NOT_FINITE, Measured, absent


def measures(kl: tuple[float, ...], active: int, away: float = 0.02) -> dict[str, Measured]:
    """What the verdict rests on."""
    return {
        "active-units": Measured(active, 100),
        "kl-per-dim": Measured(kl, 100),
        "prior-distance": Measured((away,) * len(kl), 100),
    }


@pytest.mark.parametrize(
    ("found", "sentence", "advice", "sound"),
    [
        (measures((1.5, 2.5), 2), "No collapse: all 2 dimensions", "samples lie among them", True),
        (measures((4.0, 0.0, 0.0), 1), "Partly collapsed: 1 of 3 dimensions carry 4.00 nats", "smaller latent", True),
        (measures((0.0, 0.0), 0), "The posterior has collapsed: none of the 2", "with a lower beta", False),
        (measures((9.0, 8.0), 2, 0.7), "Do not trust its samples: codes lie 0.70 σ off", "larger beta", False),
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
    judged = verdict(dict.fromkeys(("active-units", "kl-per-dim", "prior-distance"), nothing))
    assert judged is not None
    assert "no prior and no likelihood" in judged.sentence
    assert verdict({"elbo": Measured(-1.0, 1)}) is None


def test_too_few_or_equal_images_are_not_called_a_collapse() -> None:
    found = measures((0.0, 0.0), 0) | {"active-units": absent("The images are all the same.")}
    judged = verdict(found)
    assert judged is not None
    assert judged.sentence == "Whether the posterior has collapsed cannot be said. The images are all the same."
    assert "rain longer" not in judged.advice
    assert judged.sound is None


def test_without_a_distance_to_the_prior_nothing_is_said_of_the_samples() -> None:
    unknown = absent("It cannot be known from 10 images: it takes 50 or more.")
    judged = verdict(measures((1.5, 2.5), 2) | {"prior-distance": unknown})
    assert judged is not None
    assert judged.sentence.startswith("No collapse")
    assert judged.advice == f"Whether its samples lie among the codes is open. {unknown.absent}"


def test_a_diverged_model_is_called_so() -> None:
    judged = verdict(measures((1.0,), 0) | {"kl-per-dim": absent(NOT_FINITE), "prior-distance": absent(NOT_FINITE)})
    assert judged is not None
    assert judged.sentence == "Its training has diverged: its values are not finite."
    assert judged.sound is False

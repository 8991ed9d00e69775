"""Diagnosis of a model from its measures: posterior collapse, mismatch with the prior."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.base import counted, significant
from explorer.base.languages import N_, _, joined, translate_stored
from explorer.base.text import percentage
from explorer.inference import read_latents
from explorer.inference.densities import DENSITIES
from explorer.measures.bench import Bench
from explorer.measures.measured_value import NOT_FINITE, Measured, absent
from explorer.measures.registry import MEASURES, taken
from explorer.runs import LoadedRun

FAR = 0.2  # prior's sigmas; distance of the aggregate posterior, of a dimension or their mean, from which it is named
MOST_IN_HOLES = 0.1  # of the prior's draws: twice what chance puts there
MOST_NAMED = 3  # dimensions
LEAST_EFFECTIVE_SAMPLES = 10  # of an estimate of log p(x) that is more than a bound
BESIDE = {
    "plain_20_bins": N_("With 20 bins and no correction {value}."),
    "lasso": N_("By a lasso {value}."),
    "normalised_error": N_("Error of ordered factors {value} of their standard deviation."),
    "chance": N_("Chance is {value}."),
    "with_chance": N_("With the chance of categories left in, as in the paper, {value}."),
}  # figures that are told beside a value, by their names in JSON
FEW_CARRY = N_(
    "An upper bound, by more than its ± says: of {draws:,} draws {median} carry the estimate of the median image, "
    "{low} or fewer that of one in 20."
)
FEW_CARRY_OF_FEW = N_(
    "An upper bound, by more than its ± says: of {draws:,} draws {median} carry the estimate of the median image, "
    "{low} that of the worst."
)
PARTLY = N_(
    "That is harmless where the reconstructions are good enough: a smaller latent size does the same. To use them, "
    "lower beta, add free bits, or warm the KL up."
)
CURES = ("gmm", "flow", "kde")  # of equally good ones the first: draws of the last are near codes of images
CLEARLY = 2  # standard errors
DRAW_FROM = N_(
    "Draw samples from its codes: those of the {density} ({name}) have a Frechet distance of {distance} to the images."
)
DRAW_FROM_INSTEAD = N_(
    "Better samples come from the {density} ({name}) that is fitted to its codes: their Frechet distance is "
    "{distance}, the prior's {prior}."
)
NEEDED = ("active-units", "kl-per-dim", "prior-distance")  # cheap: a training ends with the verdict on these


@dataclass(frozen=True)
class Verdict:
    """The diagnosis in a sentence, advice, and whether the model is sound; None where that cannot be known."""

    sentence: str
    advice: str
    sound: bool | None


def verdict(found: Mapping[str, Measured]) -> Verdict | None:
    """The verdict from a run's measures; None if one of ``NEEDED`` is missing.

    Posterior collapse (Bowman et al. 2016), dimensions whose posterior equals the prior for every image, is detected by
    the number of active units (Burda et al. 2016).
    """
    if any(name not in found for name in NEEDED):
        return None
    active, nats, away = (found[name] for name in NEEDED)
    holes = found.get("prior-holes", absent(N_("It was not measured.")))
    if nats.absent == NOT_FINITE:
        return Verdict(
            _("Its training has diverged: its values are not finite."), _("Train with smaller steps."), sound=False
        )
    if nats.absent and "mse" in found and found["mse"].absent:
        return Verdict(
            _("Whether it can be trusted cannot be said: these are codes without a spread and without a decoder."),
            _("Import them with their logvar, or the model itself."),
            sound=None,
        )
    if nats.absent:
        return Verdict(
            _("Trust its reconstructions, not its samples: this model has no prior and no likelihood."),
            joined(
                _("Between its codes may be holes that decode to nothing. Compare it with a vae of the same size."),
                better_drawn(found),
            ),
            sound=False,
        )
    if active.absent:
        return Verdict(
            _("Whether the posterior has collapsed cannot be said. {reason}").format(
                reason=translate_stored(active.absent)
            ),
            _("Measure it on more images that differ from one another."),
            sound=None,
        )
    dimensions, used = len(nats.values), round(sum(active.values))
    if used == 0:
        return Verdict(
            _("The posterior has collapsed: none of the {n} dimensions says anything about the image.").format(
                n=dimensions
            ),
            _("Train longer, or again with a lower beta, with free bits or with a KL warm-up."),
            sound=False,
        )
    carried = _("{used} of {n} dimensions carry {nats} nats").format(
        used=used, n=dimensions, nats=significant(sum(nats.values))
    )
    if off := off_the_prior(away, holes):
        last = _("{carried}. Train longer or with a larger beta.").format(carried=carried)
        return Verdict(
            _("Do not trust all of its samples: {reason}.").format(reason=off),
            joined(farthest(away.values), told_apart(found), last, better_drawn(found)),
            sound=False,
        )
    if used < dimensions:
        return Verdict(
            _("Partly collapsed: {carried}, the others repeat the prior.").format(carried=carried),
            joined(_(PARTLY), among_the_codes(found, holes), better_drawn(found)),
            sound=True,
        )
    advice = joined(among_the_codes(found, holes), better_drawn(found))
    return Verdict(_("No collapse: {carried}.").format(carried=carried), advice, sound=True)


def off_the_prior(away: Measured, holes: Measured) -> str:
    """In what codes differ too much from the prior; "" if in nothing, or where it is not known."""
    if holes.values and holes.values[0] > MOST_IN_HOLES:
        text = _("{share} of the prior's draws lie where no code does, 5 % would by chance")
        return text.format(share=percentage(holes.values[0]))
    if away.values and (distance := float(np.mean(away.values))) > FAR:
        return _("codes lie {distance} σ off the prior on average").format(distance=significant(distance, 2))
    return ""


def farthest(away: Sequence[float]) -> str:
    """The dimensions whose codes lie farthest off the prior, as a sentence; "" where none is far."""
    far = [dim for dim in np.argsort(-np.asarray(away), kind="stable")[:MOST_NAMED] if away[dim] > FAR]
    named = ", ".join(f"z{dim} ({significant(away[dim], 2)} σ)" for dim in far)
    return _("Farthest off the prior: {dimensions}.").format(dimensions=named) if far else ""


def told_apart(found: Mapping[str, Measured]) -> str:
    """How well codes are told from the prior's draws, as a sentence; "" where that was not measured."""
    auc = found["prior-auc"].values if "prior-auc" in found else ()
    if not auc:
        return ""
    text = _("A classifier tells codes from draws with an AUC of {auc}, chance 0.5.")
    return text.format(auc=significant(auc[0], 2))


def among_the_codes(found: Mapping[str, Measured], holes: Measured) -> str:
    """Whether samples lie among the codes of a model without holes, and are spread as these."""
    if holes.absent:
        return joined(_("Whether its samples lie among the codes is open."), translate_stored(holes.absent))
    text = _("Its samples lie among the codes: {share} of the prior's draws in holes, 5 % is chance.")
    lie = text.format(share=percentage(holes.values[0]))
    return joined(lie, farthest(found["prior-distance"].values), told_apart(found))


def better_drawn(found: Mapping[str, Measured]) -> str:
    """The density whose draws are clearly nearer to the images than the prior's, as a sentence; "" where none is."""
    prior, own = found.get("frechet"), {name: found[f"frechet-{name}"] for name in CURES if f"frechet-{name}" in found}
    own = {name: one for name, one in own.items() if one.values}
    if prior is None or not own:
        return ""
    nearest = min(own.values(), key=lambda one: one.values[0])
    name = next(name for name, one in own.items() if one.values[0] <= nearest.values[0] + error_of(one, nearest))
    distance = significant(own[name].values[0], 3)
    density = {"density": _(DENSITIES[name].title), "name": name, "distance": distance}
    if not prior.values:
        return _(DRAW_FROM).format(**density)
    if prior.values[0] - own[name].values[0] <= CLEARLY * error_of(prior, own[name]):
        return ""
    return _(DRAW_FROM_INSTEAD).format(prior=significant(prior.values[0], 3), **density)


def error_of(one: Measured, other: Measured) -> float:
    """The standard error of the difference of two distances, as if they were independent: rather too large."""
    return math.hypot(*one.errors, *other.errors)


def shortcoming(run: LoadedRun) -> Verdict | None:
    """The verdict from the latents that a training leaves in its run; None where it would find nothing amiss.

    None also without such latents, and for a model without a prior. Nothing is encoded.
    """
    latents = read_latents(run, "test")
    if latents is None or not run.model.variational:
        return None
    bench = Bench(run, "test", samples=1)
    bench.found, bench.rows = None, latents.values
    judged = verdict({name: taken(MEASURES[name], bench) for name in NEEDED})
    return None if judged is None or (judged.sound and latents.active().all()) else judged


def caution(one: Measured) -> str:
    """What to keep in mind of a value; "" if nothing."""
    other = [
        _(text).format(value=significant(one.beside[name], 2)) for name, text in BESIDE.items() if name in one.beside
    ]
    return joined(few_effective_samples(one), same_images(one), *other)


def same_images(one: Measured) -> str:
    """NLL and ELBO of the images that an NLL was estimated on, as a sentence; "" if these are all, and otherwise."""
    nll, elbo = (one.beside.get(f"{name}_same_images_nats") for name in ("nll", "elbo"))
    if nll is None or elbo is None or math.isclose(nll, sum(one.values)):
        return ""
    text = _("Of these {images} alone: {nll}, and -ELBO {elbo}.")
    return text.format(images=counted(one.n, "image"), nll=significant(nll, 4), elbo=significant(-elbo, 4))


def few_effective_samples(one: Measured) -> str:
    """That an importance-sampled estimate is hardly more than a bound; "" where it is more."""
    if one.effective_samples is None or one.effective_samples[0] >= LEAST_EFFECTIVE_SAMPLES:
        return ""
    low, median = (significant(count, 2) for count in one.effective_samples)
    text = _(FEW_CARRY if one.n >= 20 else FEW_CARRY_OF_FEW)
    return text.format(draws=one.samples, median=median, low=low)

"""What measures need of images and model: a function each, from ``Bench`` to the reason why it is missing, or ""."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, too_few
from explorer.base.languages import N_, _
from explorer.inference import lack_of, likelihood_kind
from explorer.measures.bench import Bench
from explorer.measures.known_factors import factor_columns
from explorer.measures.latent_metrics import KNN_NEIGHBOURS

NO_FACTORS = N_("The factors that made these images are not known.")
NO_LABELS = N_("The images have no labels.")
LEAST_TRAINING_CODES = 5 * KNN_NEIGHBOURS  # of fewer the nearest are most of all


def lacks_prior(bench: Bench) -> str:
    """Why there is no prior."""
    from models import model_spec

    spec = model_spec(bench.run.model.name)
    if spec.variational and bench.run.model.variational:  # the run's own word: an imported model may give no spread
        return ""
    return _("The model ({title}) has no prior, so no KL and no likelihood.").format(title=spec.title.lower())


def lacks_likelihood(bench: Bench) -> str:
    """Why there is no p(x|z)."""
    kind = likelihood_kind(bench.run)
    return "" if kind.is_known else _(kind.note)


def lacks_reconstructions(bench: Bench) -> str:
    """Why no image can be encoded and decoded."""
    lack = lack_of(bench.run, "decoder", "encoder")
    return "" if lack is None else lack.message


def lacks_floor(bench: Bench) -> str:
    """Why the model's nats have no floor."""
    kind = likelihood_kind(bench.run)
    if not kind.is_known:
        return _(kind.note)
    if kind.has_floor:
        return ""
    return _("Only a cross-entropy of grey pixels has a floor; these nats are a {kind}.").format(kind=_(kind.kind))


def lacks_classes(bench: Bench) -> str:
    """Why there are no classes to learn and to name."""
    if bench.labels is None:
        return _(NO_LABELS)
    if bench.codes_alone:
        return lacks_folds(bench.labels)
    if bench.split == "train":
        return _("Classes are learned from the training images and evaluated on the test images.")
    if bench.train is None or bench.train.labels is None:
        return _("The training images are not here.")
    if len(np.unique(bench.train.labels)) < 2:
        return _("The training images are all of one class.")
    return ""


def lacks_folds(labels: NDArray[np.int64]) -> str:
    """Why the classes of some of the images cannot be learned from the others."""
    counts = np.unique(labels, return_counts=True)[1]
    return "" if np.count_nonzero(counts > 1) > 1 else _("Fewer than two classes have more than one image.")


def lacks_second_class(bench: Bench) -> str:
    """Why naming the classes of these images tells nothing."""
    assert bench.labels is not None
    return _("The images are all of one class.") if len(np.unique(bench.labels)) < 2 else ""


def lacks_neighbours(bench: Bench) -> str:
    """Why there are too few training codes to take the nearest of."""
    if bench.codes_alone:
        return too_few(bench.n_images, LEAST_TRAINING_CODES)
    assert bench.train is not None
    return too_few(len(bench.train), LEAST_TRAINING_CODES, "training image")


def lacks_difference(bench: Bench) -> str:
    """Why nothing can tell these images apart; of missing images it is not known: equal codes may be a collapse."""
    if bench.found is None:
        return ""
    pixels = bench.images.pixels
    same = len(pixels) > 1 and all(np.array_equal(one, pixels[0]) for one in pixels)
    return _("The images are all the same.") if same else ""


def lacks_naming(bench: Bench) -> str:
    """Why the model names no classes."""
    from models import model_spec

    spec = model_spec(bench.run.model.name)
    if spec.condition != "class":
        return _("The model ({title}) does not name classes.").format(title=_(spec.title))
    return _(NO_LABELS) if bench.labels is None else ""


def lacks_factors(bench: Bench) -> str:
    """Why there are no factors."""
    if bench.found is None:
        return _(NO_FACTORS)
    try:
        if not factor_columns(bench.images, bench.run.data.name):
            return _(NO_FACTORS)
        return "" if bench.known_factors else _("None of the known factors varies over these images.")
    except ExplorerError as error:
        return error.message


def lacks_posterior_draws(bench: Bench) -> str:
    """Why there are no draws of the posteriors."""
    if bench.run.model.diagonal_posterior or bench.found is not None:
        return ""
    return _("The model's posterior is not a diagonal normal distribution: its draws need the images.")


def lacks_diagonal_posterior(bench: Bench) -> str:
    """Why mu and logvar are not all of a posterior."""
    if bench.run.model.diagonal_posterior:
        return ""
    return _("The model's posterior is not a diagonal normal distribution, in which this is computed.")


NEEDS: dict[str, Callable[[Bench], str]] = {
    "prior": lacks_prior,
    "posterior draws": lacks_posterior_draws,
    "diagonal posterior": lacks_diagonal_posterior,
    "likelihood": lacks_likelihood,
    "reconstructions": lacks_reconstructions,
    "floor": lacks_floor,
    "training classes": lacks_classes,
    "classes of its own": lacks_naming,
    "classes": lacks_second_class,
    "neighbours": lacks_neighbours,
    "different images": lacks_difference,
    "factors": lacks_factors,
}

"""The table of measures, each with its unit, estimator and interpretation.

To add one: a function from ``Bench`` to ``Measured`` in ``estimators.py`` or, where it compares codes with factors,
in ``factor_measures.py``; an entry in ``MEASURES``; a page in ``docs/measures``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.base import ExplorerError, too_few
from explorer.base.languages import N_, _, joined
from explorer.base.text import did_you_mean
from explorer.inference import likelihood_kind
from explorer.measures import estimators as measuring
from explorer.measures import factor_measures as of_factors
from explorer.measures.bench import Bench
from explorer.measures.feature_classifier import FEATURES
from explorer.measures.measured_value import NOT_FINITE, Measured, absent
from explorer.measures.needs import NEEDS
from explorer.runs import LoadedRun

LEAST_FOR_SPREAD = 5  # images: the variance of fewer codes says nothing
LEAST_FOR_FRECHET = 2 * (FEATURES + 1)  # images: of fewer the covariance of the features of a half is singular
DRAWN = ("prior", "posterior draws", "different images")
LEAST_FOR_PRIOR = 50  # images: codes of fewer lie off the prior by chance, by 0.2 sigmas and more


@dataclass(frozen=True)
class MeasureSpec:
    """One entry of ``MEASURES``.

    Attributes
    ----------
    unit : "" for dimensionless measures.
    field : its name in JSON.
    estimator, reading : how it is computed, and how to interpret it.
    needs : keys of ``NEEDS``, the requirements without which it is absent.
    better : which of two values is better; "" for neither.
    cost : duration relative to the other measures.
    least : the number of images from which it is told at all.
    version : raised when the estimator changes; values stored by another are measured again.
    of_latents : follows from the run's latents where these are kept and the images are missing.
    at_floor : of a measure made of log p(x|z) what a perfect decoder has, from the floor in nats and the number of
        pixels (and channels) of an image; None for the others.
    """

    title: str
    unit: str
    field: str
    estimator: str
    reading: str
    measure: Callable[[Bench], Measured]
    needs: tuple[str, ...] = ()
    better: Literal["lower", "higher", ""] = ""
    cost: float = 1
    least: int = 1
    version: int = 1
    of_latents: bool = False
    at_floor: Callable[[float, int], float] | None = None

    def reading_of(self, run: LoadedRun) -> str:
        """How to interpret the measure of this run: where it is made of log p(x|z), also what that is of its model."""
        return _(self.reading) if self.at_floor is None else joined(_(self.reading), _(likelihood_kind(run).note))


MEASURES: dict[str, MeasureSpec] = {
    "elbo": MeasureSpec(
        N_("ELBO"), "nats", "elbo_nats", N_("beta = 1, one draw of z an image, mean over the images"),
        N_("Reconstruction - KL; of a likelihood it is a lower bound of log p(x). Higher is better."),
        measuring.elbo, ("prior", "likelihood"), "higher", 5, of_latents=True, at_floor=lambda nats, _: -nats,
    ),
    "reconstruction": MeasureSpec(
        N_("Reconstruction"), "nats", "reconstruction_nats",
        N_("log p(x|z) at one draw of z an image, mean over the images"),
        N_("The ELBO's first part: how well the image is recovered from its code. Higher is better."),
        measuring.reconstruction, ("prior", "likelihood"), "higher", of_latents=True, at_floor=lambda nats, _: -nats,
    ),
    "kl": MeasureSpec(
        N_("KL"), "nats", "kl_nats",
        N_("closed form, or where there is none one draw of z an image; summed over dimensions, mean over the images"),
        N_("The ELBO's second part: what the codes say about the images. Neither high nor low is better by itself; "
        "at 0 the posterior has collapsed."),
        measuring.kl, ("prior",), of_latents=True,
    ),
    "nll": MeasureSpec(
        N_("NLL"), "nats", "nll_nats",
        N_("-ELBO of all images less the mean gap, on random images, between it and -log of the mean importance weight "
        "of K draws from q(z|x)"),
        N_("Of a likelihood -log p(x), estimated from above. Lower is better."),
        measuring.nll, ("prior", "likelihood"), "lower", 60, version=4, at_floor=lambda nats, _: nats,
    ),
    "elbo-gap": MeasureSpec(
        N_("Gap of the ELBO"), "nats", "elbo_gap_nats",
        N_("log of the mean importance weight of K draws from q(z|x) less the ELBO, mean over the images of the NLL"),
        N_("How loose the ELBO is as a bound of log p(x), estimated from below. Near 0 the encoder's posterior is "
        "that of the decoder."),
        measuring.elbo_gap, ("prior", "likelihood"), "lower",
    ),
    "bits-per-dim": MeasureSpec(
        N_("Bits per dimension"), N_("bits"), "bits_per_dim", N_("-ELBO / (ln 2 x pixels x channels)"),
        N_("What a pixel costs: comparable between image sizes. Lower is better."),
        measuring.bits_per_dim, ("prior", "likelihood"), "lower", of_latents=True,
        at_floor=lambda nats, pixels: nats / (math.log(2) * pixels),
    ),
    "floor": MeasureSpec(
        N_("Floor"), "nats", "floor_nats",
        N_("binary entropy of the pixels, summed over an image, mean over the images"),
        N_("What even a perfect decoder pays: no -ELBO, -reconstruction or distortion is less. The rest is the "
        "model's."),
        measuring.floor, ("floor",),
    ),
    "rate": MeasureSpec(
        N_("Rate"), N_("bits"), "rate_bits", N_("KL / ln 2, mean over the images"),
        N_("How many bits the code of an image costs. A larger beta buys a lower rate with more distortion."),
        measuring.rate, ("prior",), of_latents=True,
    ),
    "distortion": MeasureSpec(
        N_("Distortion"), N_("bits"), "distortion_bits",
        N_("-log p(x|z) / ln 2 at one draw of z, mean over the images"),
        N_("How many bits are left over once the code is known. Rate + distortion = -ELBO in bits."),
        measuring.distortion, ("prior", "likelihood"), of_latents=True, at_floor=lambda nats, _: nats / math.log(2),
    ),
    "active-units": MeasureSpec(
        N_("Active units"), N_("dimensions"), "active_units",
        N_("dimensions whose posterior mean has a variance above 0.01"),
        N_("Dimensions that say something about the image (Burda et al. 2016). The others are noise to the decoder."),
        measuring.active_units, ("prior", "different images"), least=LEAST_FOR_SPREAD, of_latents=True,
    ),
    "kl-per-dim": MeasureSpec(
        N_("KL per dimension"), "nats", "kl_per_dim",
        N_("closed form, or where there is none one draw of z an image, each dimension given those before it; mean "
        "over the images"),
        N_("Which dimensions carry information; near 0 is a dimension that repeats the prior."),
        measuring.kl_per_dim, ("prior",), version=2, of_latents=True,
    ),
    "prior-distance": MeasureSpec(
        N_("Codes against the prior"), "σ", "prior_distance_per_dim",
        N_("1-Wasserstein distance of 10,000 draws of the aggregate posterior to the prior, by dimension"),
        N_("How far codes must be moved along each dimension, on average, to be spread as the prior is: 0.01 is "
        "chance. Dependence between dimensions escapes it."),
        measuring.prior_distance, DRAWN, "lower", least=LEAST_FOR_PRIOR, version=2,
        of_latents=True,
    ),
    "prior-auc": MeasureSpec(
        N_("Codes told from the prior"), "AUC", "prior_auc",
        N_("area under the ROC curve of boosted trees, a small network and the 50 nearest together that tell one "
        "code of each image, of up to 10,000, from draws of the prior; five-fold cross-validation"),
        N_("Whether codes are spread as the prior is, all dimensions together: 0.5 if no difference is found, 1 if "
        "every code can be told from a draw. Lower is better."),
        measuring.codes_from_prior_auc, DRAWN, "lower", 15, least=LEAST_FOR_PRIOR,
        of_latents=True,
    ),
    "prior-holes": MeasureSpec(
        N_("Draws in holes"), "", "prior_draws_in_holes",
        N_("share of draws of the prior that lie farther from the nearest code than 95 % of the codes do from the "
        "nearest other one; one code of each image, of up to 10,000"),
        N_("How often a sample comes from where no image lies: 0.05 if codes are spread as the prior is. Lower is "
        "better."),
        measuring.draws_in_holes, DRAWN, "lower", 2, least=LEAST_FOR_PRIOR, of_latents=True,
    ),
    "effect": MeasureSpec(
        N_("Effect per dimension"), N_("grey levels"), "effect_per_dim",
        N_("mean absolute change of a pixel, of 255, when a code moves up by one standard deviation of all codes along "
        "it; up to 500 images"),
        N_("What a dimension does to the picture. One that carries KL and changes nothing is ignored by the decoder."),
        measuring.effect, ("reconstructions",), least=LEAST_FOR_SPREAD, version=2,
    ),
    "mse": MeasureSpec(
        N_("MSE"), "", "mse",
        N_("pixels in [0, 1]; reconstruction through the posterior mean, mean over pixels and images"),
        N_("How far reconstructions are off. Lower is better; blur is cheap by this measure."),
        measuring.mse, ("reconstructions",), "lower", of_latents=True,
    ),
    "psnr": MeasureSpec(
        N_("PSNR"), "dB", "psnr", N_("10 log10(1 / MSE) of each reconstruction, mean over the images (torchmetrics)"),
        N_("The same on a logarithmic scale, image by image. Higher is better; 20 dB is an error of a tenth of the "
        "scale."),
        measuring.psnr, ("reconstructions",), "higher", 3,
    ),
    "ssim": MeasureSpec(
        N_("SSIM"), "", "ssim",
        N_("Gaussian window of σ = 1.5 pixels, images mirrored at their edges, mean over pixels and images "
        "(torchmetrics)"),
        N_("Whether structure is kept: 1 is the same image (Wang et al. 2004). Empty margins count as kept. Higher is "
        "better."),
        measuring.ssim, ("reconstructions",), "higher", 5,
    ),
    "ssim-inner": MeasureSpec(
        N_("SSIM, inner pixels"), "", "ssim_inner",
        N_("the same over the pixels at least 5 from every edge, whose window lies in the image: scikit-image's"),
        N_("The same without margins and mirrored pixels. Higher is better."),
        measuring.ssim_inner, ("reconstructions",), "higher", 5,
    ),
    "knn-accuracy": MeasureSpec(
        N_("k-NN accuracy"), "", "knn_accuracy",
        N_("majority of the 10 nearest of up to 20,000 training codes; codes are posterior means; where a run is "
        "made of latents alone, learned in five folds of these"),
        N_("Whether near codes have the same class: the share that is named rightly. Chance is the "
        "share of the largest class. Higher is better."),
        measuring.knn_accuracy, ("training classes", "classes", "neighbours"), "higher", 5, version=2,
    ),
    "probe-accuracy": MeasureSpec(
        N_("Linear probe accuracy"), "", "probe_accuracy",
        N_("logistic regression on up to 20,000 training codes; codes are posterior means; where a run is "
        "made of latents alone, learned in five folds of these"),
        N_("Whether straight cuts through latent space part the classes: the share named rightly. Higher is better."),
        measuring.probe_accuracy, ("training classes", "classes"), "higher", 5, version=2,
    ),
    "class-accuracy": MeasureSpec(
        N_("Class accuracy"), "", "class_accuracy",
        N_("the class that a class-conditional model takes an image for without being told it: the first choice of "
        "q(y|x) (m2), or the class of the highest ELBO over 8 draws of z (cvae)"),
        N_("The share of images that the model itself names rightly. 1 minus it is the test error of semi-supervised "
        "learning. Higher is better."),
        measuring.class_accuracy, ("classes of its own", "classes"), "higher", 12, version=2,
    ),
    "mig": MeasureSpec(
        N_("MIG"), "", "mig",
        N_("mutual information gap of the posterior means, by histograms of 20 bins (more where a factor has more "
        "values) with Miller's correction; mean over the factors that vary"),
        N_("Whether each known factor has a dimension to itself: 1 if so, 0 if none (Chen et al. 2018). Higher is "
        "better."),
        of_factors.mig, ("factors", "different images"), "higher", 3, version=3,
    ),
    "mig-sampled": MeasureSpec(
        N_("MIG of sampled codes"), "", "mig_sampled",
        N_("mutual information gap of draws of q(z|x), one for each of up to 4,000 images, by the densities of the "
        "aggregate posteriors of all of these and of those of a factor's value; mean over the factors that vary"),
        N_("The same as Chen et al. 2018 estimate it: the noise of the posteriors counts. Higher is better."),
        of_factors.mig_sampled, ("prior", "diagonal posterior", "factors", "different images"), "higher", 5, version=2,
    ),
    "dci-disentanglement": MeasureSpec(
        N_("DCI disentanglement"), "", "dci_disentanglement",
        N_("1 - entropy of a dimension's importances over the factors, mean weighted by its importance; "
        "importances are decreases of impurity in random forests of 30 trees (of regression for ordered factors), "
        "depth chosen out of bag, learned in five folds of up to 4,000 images"),
        N_("Whether a dimension is important for one factor alone: 1 if so, 0 if for all alike (Eastwood & Williams "
        "2018). It depends on the predictor: compare only values by the same one. Higher is better."),
        of_factors.dci_disentanglement, ("factors", "different images"), "higher", 40,
    ),
    "dci-completeness": MeasureSpec(
        N_("DCI completeness"), "", "dci_completeness",
        N_("1 - entropy of a factor's importances over the dimensions, mean over the factors; by the same forests"),
        N_("Whether one dimension alone is important for a factor: 1 if so, 0 if all are alike. Higher is better."),
        of_factors.dci_completeness, ("factors", "different images"), "higher",
    ),
    "dci-informativeness": MeasureSpec(
        N_("DCI informativeness"), "", "dci_informativeness",
        N_("R² of ordered factors, balanced accuracy above chance of categories, by the same forests on images "
        "that they have not seen; mean over the factors"),
        N_("How much of the factors can be told from the codes at all: 1 all, 0 nothing. Higher is better."),
        of_factors.dci_informativeness, ("factors", "different images"), "higher",
    ),
    "factor-vae": MeasureSpec(
        N_("FactorVAE score"), "", "factor_vae_score",
        N_("share of 4,000 votes named rightly: a factor is held at a value of up to 64 images, and the active "
        "dimension of least variance, as a share of that of all images, names it by the majority of 4,000 votes of "
        "the other half of the images"),
        N_("Whether holding a factor holds a dimension (Kim & Mnih 2018): 1 if always the same one; chance is 1 / the "
        "number of factors. Higher is better."),
        of_factors.factor_vae_score, ("factors", "different images"), "higher", 5,
    ),
    "sap": MeasureSpec(
        N_("SAP"), "", "sap",
        N_("of each factor how well the best dimension predicts it less how well the second does, mean over the "
        "factors: R² of a line, of categories balanced accuracy above chance by thresholds learned on the other "
        "half"),
        N_("Whether one dimension predicts a factor and no other does (Kumar et al. 2018): 1 if so, 0 if two are "
        "alike. Higher is better."),
        of_factors.sap, ("factors", "different images"), "higher", 2,
    ),
    "modularity": MeasureSpec(
        N_("Modularity"), "", "modularity",
        N_("1 - squared mutual information of an active dimension with its other factors, by F - 1 times that with its "
        "first; histograms as MIG's, 0 where a G-test finds no dependence; mean over active dimensions"),
        N_("Whether a dimension tells of one factor alone (Ridgeway & Mozer 2018): 1 if so. A factor spread over many "
        "dimensions costs nothing. Higher is better."),
        of_factors.modularity, ("factors", "different images"), "higher", 2,
    ),
    "frechet": MeasureSpec(
        N_("Frechet distance, own classifier"), "", "frechet_distance",
        N_("normal distributions fitted to 64 features of half the images, up to 5,000, and as many decoded draws "
        "of the prior; mean over the features of five small classifiers trained here on the training images: not "
        "FID"),
        N_("Whether samples are like the images: as near as other images of the split are (the next row) is best. "
        "Lower is better; comparable only between models of the same data."),
        measuring.frechet_distance, ("reconstructions", "prior", "training classes"), "lower", 150,
        least=LEAST_FOR_FRECHET, version=3,
    ),
    "frechet-floor": MeasureSpec(
        N_("Frechet distance of images"), "", "frechet_floor",
        N_("the same features of the same images against those of the other half of the images"),
        N_("What samples would have that are as good as images of the split. It depends on the data alone."),
        measuring.frechet_floor, ("reconstructions", "training classes"), "", 1, least=LEAST_FOR_FRECHET,
    ),
    "frechet-gmm": MeasureSpec(
        N_("Frechet distance, Gaussian mixture"), "", "frechet_gmm",
        N_("the same of the same images and of as many decoded draws from a Gaussian mixture that was fitted to the "
        "posterior means of the training images"),
        N_("Whether samples are like the images where they are drawn from a density of the codes in place of the "
        "prior. Lower is better; where it is lower than the prior's, draw from it."),
        measuring.frechet_distance_from("gmm"), ("reconstructions", "training classes"), "lower", 10,
        least=LEAST_FOR_FRECHET,
    ),
    "frechet-kde": MeasureSpec(
        N_("Frechet distance, kernel density"), "", "frechet_kde",
        N_("the same with draws from a kernel density of these codes: a random one with normal noise added"),
        N_("As with the mixture. A narrow kernel repeats codes of training images, so that a low distance alone does "
        "not say that samples are new. Lower is better."),
        measuring.frechet_distance_from("kde"), ("reconstructions", "training classes"), "lower", 8,
        least=LEAST_FOR_FRECHET,
    ),
    "frechet-flow": MeasureSpec(
        N_("Frechet distance, normalising flow"), "", "frechet_flow",
        N_("the same with draws from a normalising flow that was fitted to these codes"),
        N_("As with the mixture. Lower is better."),
        measuring.frechet_distance_from("flow"), ("reconstructions", "training classes"), "lower", 30,
        least=LEAST_FOR_FRECHET,
    ),
}  # fmt: skip


def check_names(names: Sequence[str]) -> Sequence[str]:
    """The names, where all are known."""
    if unknown := [name for name in names if name not in MEASURES]:
        hint = f"{did_you_mean(unknown[0], MEASURES)}Choose of: {', '.join(MEASURES)}."
        raise ExplorerError(f"There is no measure '{unknown[0]}'.", hint)
    return names


def lacking(spec: MeasureSpec, bench: Bench) -> str:
    """Why the measure cannot be taken of these images and this model; "" if it can."""
    reasons = (NEEDS[need](bench) for need in spec.needs)
    return next(filter(None, reasons), too_few(bench.n_images, spec.least))


def taken(spec: MeasureSpec, bench: Bench) -> Measured:
    """The measure, or the reason why it is absent; non-finite values (of a diverged model) are absent too."""
    if reason := lacking(spec, bench):
        return absent(reason)
    found = spec.measure(bench)
    if found.value is not None and not np.isfinite([*found.values, *found.errors]).all():
        return absent(NOT_FINITE)
    return found

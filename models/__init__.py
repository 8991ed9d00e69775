"""The models. They depend on torch only, not on files, data sets or Streamlit.

Others import from here, not from the modules; importing it loads torch.

To add a model: one file beside this one with its config dataclass and its class, and one line in ``MODELS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from torch import Tensor

from models.adam import Adam as Adam
from models.ae import AE
from models.beta_tcvae import BetaTCVAE
from models.burgess_vae import BurgessVAE
from models.conv_vae import ConvVAE
from models.cvae import CVAE
from models.factor_vae import FactorVAE
from models.hvae import HVAE
from models.imported import OnnxVAE as OnnxVAE
from models.inpaint_cvae import InpaintCVAE as InpaintCVAE
from models.iwae import IWAE
from models.latents_alone import LatentsAlone
from models.likelihoods import LIKELIHOODS as LIKELIHOODS
from models.likelihoods import Likelihood as Likelihood
from models.m2 import EXCLUDED as EXCLUDED
from models.m2 import M2 as M2
from models.m2 import UNKNOWN as UNKNOWN
from models.networks import ACTIVATIONS as ACTIVATIONS
from models.networks import BURGESS as BURGESS
from models.networks import CONV as CONV
from models.networks import CONVOLUTIONS as CONVOLUTIONS
from models.networks import conv_features as conv_features
from models.objectives import Elbo as Elbo
from models.objectives import importance_bound as importance_bound
from models.objectives import standard_noise as standard_noise
from models.onnx_graph import OnnxGraph as OnnxGraph
from models.priors import GaussianMixture as GaussianMixture
from models.texts import N_
from models.vae import ARCHITECTURES as ARCHITECTURES
from models.vae import VAE as VAE
from models.vae import Posterior as Posterior
from models.vae import VAEConfig as VAEConfig
from models.vae import known
from models.vamp_vae import VampVAE
from models.vanilla_vae import VanillaVAE


@dataclass(frozen=True)
class ModelSpec:
    """One entry of ``MODELS``: a model's title and summary, its class, and what it needs.

    ``sides`` are those among which images are brought to one where none is asked for, None for their own. A model that
    is not ``variational`` has no KL, ELBO or prior. ``condition`` is what it is conditioned on: "class", "mask", or
    nothing. ``suggested`` are the training options without which it would train as a plain VAE.
    """

    title: str
    summary: str
    model: type[VAE]
    sides: tuple[int, ...] | None = None
    variational: bool = True
    condition: Literal["", "class", "mask"] = ""
    suggested: Mapping[str, Any] = field(default_factory=dict)

    def build(self, options: Mapping[str, Any]) -> VAE:
        """A freshly initialised model from its config's fields.

        Raises ValueError with a clear sentence when an option is unknown or out of range.
        """
        return self.model(self.config(options))

    def restore(self, options: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> VAE:
        """The model of a run, with the tensors of its weights file.

        Raises as ``build``, and RuntimeError for tensors that do not fit.
        """
        return self.model.restored(self.config(options), tensors)

    def config(self, options: Mapping[str, Any]) -> VAEConfig:
        """The options as the model's config; raises as ``build``."""
        allowed = {option.name for option in fields(self.model.config_class)}
        if unknown := sorted(set(options) - allowed):
            raise ValueError(f"Unknown model options: {', '.join(unknown)}; known: {', '.join(sorted(allowed))}.")
        return self.model.config_class(**options)


MODELS: dict[str, ModelSpec] = {
    "vae": ModelSpec(N_("VAE"), N_("fully connected networks; fast, good on small grey images"), VAE),
    "conv-vae": ModelSpec(N_("Convolutional VAE"), N_("convolutions; better on photographs"), ConvVAE, CONV.sides),
    "burgess-vae": ModelSpec(
        N_("Burgess VAE"),
        N_("the convolutions of the disentanglement literature, 32 channels each"),
        BurgessVAE,
        BURGESS.sides,
    ),
    "ae": ModelSpec(
        N_("Autoencoder"),
        N_("no noise, no KL, no prior: the baseline, with holes between its codes"),
        AE,
        variational=False,
    ),
    "iwae": ModelSpec(
        N_("IWAE"),
        N_("importance-weighted: a tighter bound from several draws of z (samples)"),
        IWAE,
        suggested={"samples": 5},
    ),
    "vamp-vae": ModelSpec(
        N_("VampPrior VAE"),
        N_("learns its prior: the mixture of the posteriors of learned images"),
        VampVAE,
    ),
    "hvae": ModelSpec(
        N_("Hierarchical VAE"),
        N_("two levels of z, the lower given the upper; a posterior in which they depend on each other"),
        HVAE,
    ),
    "beta-tcvae": ModelSpec(
        N_("beta-TCVAE"),
        N_("beta weights only how much the dimensions depend on one another"),
        BetaTCVAE,
        suggested={"beta": 6.0},
    ),
    "factor-vae": ModelSpec(
        N_("FactorVAE"),
        N_("as the beta-TCVAE, the dependence estimated by a discriminator"),
        FactorVAE,
        suggested={"beta": 6.0},
    ),
    "cvae": ModelSpec(
        N_("Class-conditional VAE"),
        N_("conditioned on the class: any class on demand, z is the style"),
        CVAE,
        condition="class",
    ),
    "inpaint-cvae": ModelSpec(
        N_("Inpainting CVAE"),
        N_("completes partly hidden images, each draw of z in another way"),
        InpaintCVAE,
        condition="mask",
    ),
    "m2": ModelSpec(
        N_("Semi-supervised M2"),
        N_("learns the classes from a few labels and many unlabelled images"),
        M2,
        condition="class",
    ),
}


# Models that were made elsewhere: they can be explored, not trained.
IMPORTED_MODELS: dict[str, ModelSpec] = {
    "vanilla-vae": ModelSpec(
        N_("PyTorch-VAE's VanillaVAE"), N_("convolutions with batch normalisation"), VanillaVAE, (64,)
    ),
    "onnx-vae": ModelSpec(N_("Imported VAE"), N_("the graphs of an encoder and a decoder, as ONNX"), OnnxVAE),
    "latents": ModelSpec(N_("Latents alone"), N_("codes without the model that they are of"), LatentsAlone),
}


def model_spec(name: str) -> ModelSpec:
    """The entry ``name`` of ``MODELS`` or ``IMPORTED_MODELS``; ValueError names those that can be trained."""
    table = IMPORTED_MODELS if name in IMPORTED_MODELS else MODELS
    known("model", name, table)
    return table[name]


def options_of(model: VAE) -> dict[str, Any]:
    """A model's constructor options, ready for JSON: ``MODELS[name].build(options_of(m))`` has m's layout."""
    return asdict(model.config)

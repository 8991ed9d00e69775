"""The set-up of a training: its data, read, and its model, freshly initialised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.base import ExplorerError, resolve_device
from explorer.base.languages import N_, _
from explorer.base.threads import use_sane_threads
from explorer.datasets import READING, Frame, Images, dataset_spec, held_out_pixels, report_to_json
from explorer.datasets.duplicates import Duplicates
from explorer.inference.likelihood import binary_entropy_nats, unit_pixels
from explorer.runs import DataFacts
from explorer.training.config import TrainConfig, effective_batch
from explorer.training.image_size import parsed_size
from explorer.training.labels import check_labels
from explorer.training.memory import StepMemory, check_memory, check_pixels, step_memory
from explorer.training.tensorboard import check_tensorboard
from explorer.training.validation import Division, divided, duplicates_of, with_validation

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from explorer.images import Pixels
    from models import VAE, ModelSpec


# Options of one model alone: what is said where another is asked for them.
OBJECTIVE: dict[str, tuple[str, str]] = {
    "doubly_reparameterised": (
        N_("The model '{model}' has no doubly reparameterised gradients: they are those of importance weights."),
        N_("Leave them out, or choose the model iwae."),
    ),
    "pseudo_inputs": (
        N_("The model '{model}' has no pseudo-inputs."),
        N_("Leave them out, or choose the model vamp-vae."),
    ),
    "top": (N_("The model '{model}' has no upper level."), N_("Leave it out, or choose the model hvae.")),
}
AVERAGED = 10_000  # images for the mean one: a pixel's standard error is at most 0.005
DISCRIMINATOR = ("discriminator_lr", "discriminator_beta1", "discriminator_beta2")


@dataclass(frozen=True)
class TrainingSetup:
    """Data and freshly initialised model of a training.

    Attributes
    ----------
    config : as it is trained with, its number of validation images decided.
    train : the whole training split; ``division`` is None where all of it is trained on.
    test : binarised if the training images are.
    memory : of a step of one process.
    read_test : the test split before any binarisation.
    duplicates : what was found of those that the config drops; None where it keeps all.
    """

    config: TrainConfig
    train: Images
    division: Division | None
    test: Images
    model: VAE
    facts: DataFacts
    memory: StepMemory
    read_test: Images
    duplicates: Duplicates | None

    @property
    def trained(self) -> NDArray[np.int64] | None:
        """The places in the training split of the images that are trained on; None for all."""
        return None if self.division is None else self.division.trained


def set_up(config: TrainConfig, reading: int = READING, processes: int = 1) -> TrainingSetup:
    """Load the data, a folder in this way of ``reading``, and build the model of a checked config; writes nothing.

    ``processes`` share each batch.

    Raises ExplorerError where config, model, data and machine do not fit together.
    """
    import torch

    from models import model_spec

    check_tensorboard(config.tensorboard)
    use_sane_threads()
    device = resolve_device(config.device)
    if config.amp and device.type != "cuda":
        raise ExplorerError(
            _("Half precision (amp) needs CUDA, and this would run on {type}.").format(type=device.type),
            _("Leave it out."),
        )
    data = dataset_spec(config.dataset, reading)
    try:
        spec = model_spec(config.model)
        frame = frame_for(config, spec, reading)
        check_pixels(data.n_train or 0, frame.height, frame.width)  # a folder's lie in a file where they are many
        train, test = data.load("train", frame), data.load("test", frame)
        check_objective(config, spec)
        config = with_validation(config, len(train), train.n_validation)
        duplicates = duplicates_of(config, train, test)
        division = divided(config, train, duplicates)
        n_trained = len(train if division is None else division.trained)
        options = model_options(config, train, n_trained)
        share = math.ceil(effective_batch(config, n_trained) / processes)
        memory = step_memory(shapes_of(spec, options), share, config.samples, config.ema > 0)
        check_memory(memory, share * config.samples, device)
        torch.manual_seed(config.seed)
        model = spec.build(options).to(device)
        start_model(model, train.pixels, np.arange(len(train)) if division is None else division.trained, config)
    except ValueError as error:
        raise ExplorerError(str(error)) from error
    facts = DataFacts(
        name=config.dataset,
        shape=train.shape,
        classes=train.classes,
        n_train=len(train),
        n_test=len(test),
        strokes=data.strokes,
        fingerprint_train=train.fingerprint(),
        fingerprint_test=test.fingerprint(),
        skipped=train.report.n_skipped if train.report else 0,
        reading=reading,
        n_validation=0 if division is None else len(division.validation),
        n_dropped=0 if division is None else division.n_dropped,
        fit=config.fit,
        report=report_to_json(train.report) if train.report else None,
        entropy_nats=float(binary_entropy_nats(test.pixels).mean()),
    )
    seen = replace(test, pixels=held_out_pixels(test.pixels, config.binarise))
    return TrainingSetup(config, train, division, seen, model, facts, memory, test, duplicates)


def start_model(model: VAE, pixels: Pixels, trained: NDArray[np.int64], config: TrainConfig) -> None:
    """Set what begins with the images ``trained`` on: the decoder's last bias, and images that are learned."""
    import torch

    if config.output_bias == "data-mean":
        model.start_at_mean(mean_image(pixels, trained).to(next(model.parameters()).device))
    if n := model.starting_images:
        chosen = np.random.default_rng(config.seed).choice(trained, n, replace=n > len(trained))
        model.start_from(unit_pixels(torch.from_numpy(pixels[chosen])))


def mean_image(pixels: Pixels, trained: NDArray[np.int64]) -> Tensor:
    """The mean of the images ``trained`` on, or of ``AVERAGED`` of them, evenly apart: [C, H, W], in [0, 1]."""
    import torch

    some = trained[:: math.ceil(len(trained) / AVERAGED)]
    return torch.from_numpy((pixels[some].mean(0, dtype=np.float64) / 255).astype(np.float32))


def shapes_of(spec: ModelSpec, options: Mapping[str, Any]) -> VAE:
    """The model without values, which takes no memory. Raises ValueError for options out of range."""
    import torch

    with torch.device("meta"):
        return spec.build(options)


def check_objective(config: TrainConfig, spec: ModelSpec) -> None:
    """Raise ExplorerError for options without effect on this model or its objective."""
    if config.free_bits and not spec.model.takes_free_bits:
        raise ExplorerError(
            _("Free bits mean nothing to the model '{model}': it does not optimise the KL of each dimension.").format(
                model=config.model
            ),
            _("Leave them at 0, or choose another model."),
        )
    takes = {option.name for option in fields(spec.model.config_class)}
    if config.architecture != TrainConfig.architecture and "architecture" not in takes:
        raise ExplorerError(
            _("The model '{model}' has networks of its own.").format(model=config.model),
            _("Leave the architecture out, or choose another model."),
        )
    if "discriminator_lr" not in takes and any(
        getattr(config, name) != getattr(TrainConfig, name) for name in DISCRIMINATOR
    ):
        raise ExplorerError(
            _("The model '{model}' has no discriminator.").format(model=config.model),
            _("Leave its options out, or choose the model factor-vae."),
        )
    for name, (message, hint) in OBJECTIVE.items():
        if name not in takes and getattr(config, name) != getattr(TrainConfig, name):
            raise ExplorerError(_(message).format(model=config.model), _(hint))
    if config.width is not None and not ("width" in takes and sides_of(config, spec)):
        raise ExplorerError(
            _("A width is that of convolutions, and these networks have none."),
            _("Leave it out, or ask for conv networks."),
        )


def sides_of(config: TrainConfig, spec: ModelSpec) -> tuple[int, ...] | None:
    """The image sides to choose from where the config asks for none, in pixels; None for any."""
    from models import CONVOLUTIONS

    takes = CONVOLUTIONS.get(config.architecture)
    return spec.sides if takes is None else takes.sides


def frame_for(config: TrainConfig, spec: ModelSpec, reading: int = READING) -> Frame:
    """The size that the images are brought to: the config's, else the data's own or what the networks take for it."""
    if config.size is not None:
        return Frame(*parsed_size(config.size), config.fit)
    side = config.side or fitting_side(dataset_spec(config.dataset, reading).side, sides_of(config, spec))
    return Frame(side, side, config.fit)


def fitting_side(own: int, sides: tuple[int, ...] | None) -> int:
    """The data's own side if accepted, else the smallest accepted side above it, else the largest one."""
    if sides is None or own in sides:
        return own
    return min((side for side in sides if side >= own), default=max(sides))


def class_count_of(config: TrainConfig, images: Images) -> int:
    """The number of classes; ExplorerError where the images have none."""
    if len(images.classes) < 2:
        raise ExplorerError(
            _("The model '{model}' learns from the classes of images; the images of {dataset} have none.").format(
                model=config.model, dataset=config.dataset
            ),
            _("Choose another model, or put the images into one folder for each class."),
        )
    return len(images.classes)


def model_options(config: TrainConfig, images: Images, n: int) -> dict[str, Any]:
    """The model's constructor options, to train on ``n`` images like these (0 where they have not been counted).

    Without ``hidden`` in the config the model's default holds.
    """
    from models import model_spec

    spec = model_spec(config.model)
    options: dict[str, Any] = {
        "shape": images.shape,
        "latent": config.latent,
        "activation": config.activation,
        "likelihood": config.likelihood,
        "sigma": config.sigma,
    }
    takes = {option.name for option in fields(spec.model.config_class)}
    options |= {name: value for name, value in network_choices(config).items() if name in takes}
    if spec.condition == "class":
        options["classes"] = class_count_of(config, images)
    check_labels(config, spec, n, options.get("classes", 0))
    if spec.model.takes_few_labels and n:
        options["labelled"] = 1.0 if config.labels is None else config.labels / n
    return options if config.hidden is None else {**options, "hidden": config.hidden}


def network_choices(config: TrainConfig) -> dict[str, Any]:
    """The options of networks and objective, width where it is given, by the names of the model's options."""
    width = {} if config.width is None else {"width": config.width}
    return {**width, **{name: getattr(config, name) for name in ("architecture", *OBJECTIVE, *DISCRIMINATOR)}}

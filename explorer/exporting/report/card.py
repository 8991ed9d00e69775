"""What a run is, as a card: model, data, training, versions, weights."""

from __future__ import annotations

from typing import Any

from explorer.base import significant
from explorer.exporting.report.parts import Facts, Part, Words
from explorer.exporting.report.subject import Subject
from explorer.inference import likelihood_kind
from explorer.inference.latent_space import class_count
from explorer.measures import MEASURES
from explorer.runs import DataFacts
from models import model_spec

ELSEWHERE = (
    "dataset",
    "model",
    "latent",
    "epochs",
    "seed",
    "device",
)  # options that the card has rows of their own for


def model_card(subject: Subject) -> list[Part]:
    """Everything that tells this model from others."""
    run = subject.run
    parts: list[Part] = [Facts(tuple((name, text) for name, text in card_rows(subject).items() if text))]
    assumed = run.config.imported.assumed if run.config.imported else ()
    parts += [Words(sentence, quiet=True) for sentence in (*assumed, *filter(None, [run.config.test_caveat]))]
    if options := option_rows(subject):
        parts.append(Facts(options, "Options of the training", short=True))
    return parts


def card_rows(subject: Subject) -> dict[str, str]:
    """The rows of the card; those of what is not known are empty."""
    run, status, training = subject.run, subject.run.status, subject.run.config.training
    imported = run.config.imported
    error = f": {status.error}" if status.error else ""
    return {
        "Run": run.name,
        "State": f"{status.state}{error}",
        "Model": f"{model_spec(run.model.name).title} ({run.model.name})",
        "Parameters": parameter_count(subject),
        "Latent size": f"{run.model.options['latent']}" + (f" and {n} classes" if (n := class_count(run)) else ""),
        "Likelihood": run.model.likelihood if run.model.decodes else "",
        "Data set": subject.data_name or "none",
        "Images": image_words(run.data),
        "Training images": f"{run.data.n_trained:,}" if run.data.n_train else "",
        "Validation images": f"{run.data.n_validation:,}" if run.data.n_validation else "",
        "Test images": f"{run.data.n_test:,}" if run.data.n_test else "none",
        "Epochs": f"{status.epoch:,}" if imported is None else "made elsewhere",
        "Source": "" if imported is None else f"{imported.form}: {', '.join(imported.source)}",
        loss_name(subject): loss(subject),
        "Seed": f"{training['seed']}" if "seed" in training else "",
        "Device": status.device,
        "Created": run.config.created,
        "Versions": ", ".join(f"{name} {version}" for name, version in run.config.packages.items()),
        "Weights (SHA-256)": run.weights_sha256,
    }


def parameter_count(subject: Subject) -> str:
    """The number of parameters; "" of a model that has none of its own."""
    count = sum(parameter.numel() for parameter in subject.model.parameters())
    return f"{count:,}" if count and subject.run.model.decodes else ""


def image_words(data: DataFacts) -> str:
    """'28 x 28 pixels, grey'; "" without images."""
    channels, height, width = data.shape
    return f"{height} x {width} pixels, {'grey' if channels == 1 else 'colour'}" if channels else ""


def loss_name(subject: Subject) -> str:
    """What ``loss`` is."""
    return "−ELBO, test images" if subject.has_prior else "−reconstruction, test images"


def loss(subject: Subject) -> str:
    """What the training found for the test images; "" where it is not known."""
    nats = subject.run.status.test_elbo_nats
    if nats is None:
        return ""
    how = f"; {MEASURES['elbo'].estimator}" if subject.has_prior else ""
    return f"{significant(-nats, 4)} nats per image, a {likelihood_kind(subject.run).kind}{how}"


def option_rows(subject: Subject) -> tuple[tuple[str, str], ...]:
    """The options of a training of ours that have no row on the card."""
    if subject.run.config.imported is not None:
        return ()
    options = {name: value for name, value in subject.run.config.training.items() if name not in ELSEWHERE}
    return tuple((name.replace("_", " "), option_words(value)) for name, value in options.items())


def option_words(value: Any) -> str:
    """The value of an option in words."""
    if value is None or value is False:
        return "default" if value is None else "no"
    return "yes" if value is True else ", ".join(map(str, value)) if isinstance(value, list | tuple) else f"{value}"

"""ONNX: an encoder and a decoder, or a decoder alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing.conventions import Conventions
from explorer.importing.forms.form import Form, Imported
from explorer.importing.onnx_files import Measured, Posterior, measured, posteriors, read_pair
from explorer.importing.probe import MOST_ROWS, Reading, Tried, all_readings, fitted, made_images, ranked, remembered
from explorer.importing.source import SourceFiles
from explorer.runs import weights_content

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

MODEL = "onnx-vae"
NORMALISED = {1: "0.1307/0.3081", 3: "0.485,0.456,0.406/0.229,0.224,0.225"}  # usual: of MNIST, of ImageNet
IN_0_1 = ("Sigmoid", "HardSigmoid")  # the last operator of a decoder whose pixels are means
TOLERANCE = 0.05  # beyond the ends of a scale, of a decoder that is not bounded


def accepts(source: SourceFiles) -> bool:
    """Whether there is an ONNX file."""
    return bool(source.of_kind("onnx"))


def read(source: SourceFiles, said: Conventions, layout: str | None) -> Imported:
    """The model of the graphs, with the conventions that are said, fixed by the graphs, or found by the probe.

    Raises ExplorerError for graphs that are refused or do not fit each other.
    """
    found = measured(read_pair(source), source, said)
    checks: dict[str, Any] = {"decoder_max_difference": found.decoder.difference}
    if found.encoder is None:
        reading, assumed = decoder_reading(found, said)
    else:
        checks["encoder_max_difference"] = found.encoder.difference
        tried, assumed = probed(found, source, said)
        reading = tried[0].reading
        if source.images is not None:
            checks["probe"] = [result.row() for result in tried[:MOST_ROWS]]
    options = options_of(found, reading, said)
    notes = [*found.assumed, *assumed]
    if said.likelihood is None:
        notes.append(
            "Likelihood unknown: an ONNX file does not state it; say it with --likelihood, or under More on the page."
        )
    variational = options["spread"] != "none"
    if not variational and found.encoder is not None:
        notes.append("The encoder returns mu alone, so that there is no KL and no ELBO.")
    return Imported("onnx", MODEL, options, variational, weights_content(graphs(found)), tuple(notes), checks)


def graphs(found: Measured) -> dict[str, Tensor]:
    """The weights of the run: the content of each graph's file, uint8 [bytes]."""
    import numpy as np
    import torch

    parts = {"encoder": found.encoder, "decoder": found.decoder}
    return {
        name: torch.from_numpy(np.frombuffer(part.graph.content, np.uint8).copy())
        for name, part in parts.items()
        if part
    }


def probed(found: Measured, source: SourceFiles, said: Conventions) -> tuple[list[Tried], list[str]]:
    """The readings, the best first, and what was assumed in taking it; without images of the user the usual one alone.

    Images that are made tell the kind of the spread only: on them VAEs of digits reconstruct best when read wrongly.
    """
    from models import OnnxVAE, model_spec

    assert found.encoder is not None
    ways = posteriors(found.encoder, found.decoder.taken, said.posterior)
    readings = all_readings(pixel_choices(found, said), ways, output_choices(found, said))
    networks = {"encoder": remembered(found.encoder.network), "decoder": remembered(found.decoder.network)}

    def build(reading: Reading) -> VAE:
        config = model_spec(MODEL).config(options_of(found, reading, said))
        return OnnxVAE.of_graphs(config, networks).eval()

    if source.images is None:
        tried = ranked(usual_readings(found, said, ways), build, made_images(found.shape))[:1]
        return tried, sentences(tried[0], readings, "for want of a data set the usual was taken, untried")
    x = fitted(source.images, found.shape)
    tried = ranked(readings, build, x)
    figures = f"mean squared error {tried[0].mse:.3g}, E[mu^2 + sigma^2] {tried[0].second_moment:.3g}"
    reason = f"of {len(readings)} readings it reconstructs {len(x)} images of the data best ({figures})"
    return tried, sentences(tried[0], readings, reason)


def usual_readings(found: Measured, said: Conventions, ways: Sequence[Posterior]) -> list[Reading]:
    """What is usual for the pixels, the output and the place of the spread, with each kind of spread."""
    output = said.output or output_in_range(found.decoder.outputs[0], found.decoder.graph.final[0])
    place, split = ways[0][1], ways[0][0].partition(":")[2]
    alike = [way for way in ways if way[1] == place and way[0].partition(":")[2] == split]
    return all_readings([said.pixels or usual_pixels(output)], alike, [output])


def usual_pixels(output: str) -> str:
    """The scale of the pixels that goes with what a decoder returns."""
    return "-1,1" if output == "pixels" else "0,1"


def pixel_choices(found: Measured, said: Conventions) -> list[str]:
    """The scales that the encoder may take: as said; that of a decoder which ends in tanh; or the usual ones."""
    if said.pixels:
        return [said.pixels]
    if found.decoder.graph.final[0] == "Tanh":
        return ["-1,1"]
    return ["0,1", "-1,1", NORMALISED[found.shape[0]]]


def output_choices(found: Measured, said: Conventions) -> list[str]:
    """What the decoder may return: as said, as its last operator tells, or anything."""
    if said.output:
        return [said.output]
    final = found.decoder.graph.final[0]
    if final in IN_0_1:
        return ["probabilities"]
    return ["pixels"] if final == "Tanh" else ["probabilities", "logits", "pixels"]


def decoder_reading(found: Measured, said: Conventions) -> tuple[Reading, list[str]]:
    """How to read a decoder without an encoder: from its last operator and the range of what it returns."""
    output = said.output or output_in_range(found.decoder.outputs[0], found.decoder.graph.final[0])
    pixels = said.pixels or usual_pixels(output)
    ends_in = found.decoder.graph.final[0] in (*IN_0_1, "Tanh")
    taken = f"{output}{' in -1,1' * (pixels == '-1,1')}"
    assumed = [N_("Output taken as {output}, from its range for random codes.").format(output=taken)]
    return Reading(pixels, "mu", output), [] if said.output or ends_in else assumed


def output_in_range(pictures: Tensor, final: str) -> str:
    """What a decoder returns, by its last operator, else by the smallest usual range that holds its values."""
    low, high = float(pictures.min()), float(pictures.max())
    if final in IN_0_1 or (low >= -TOLERANCE and high <= 1 + TOLERANCE):
        return "probabilities"
    return "pixels" if final == "Tanh" or max(-low, high) <= 1 + TOLERANCE else "logits"


def options_of(found: Measured, reading: Reading, said: Conventions) -> dict[str, Any]:
    """The options of the model when it is read so. Raises ExplorerError for a likelihood that is not known."""
    from models import model_spec

    likelihood = said.likelihood or "unknown"
    batched = [part is None or part.network.batched for part in (found.encoder, found.decoder)]
    options = {
        "shape": found.shape, "latent": math.prod(found.decoder.taken), "code_shape": found.decoder.taken,
        "layout": found.layout, "input_shape": found.input_shape, "output_layout": found.output_layout,
        "encodes": found.encoder is not None, "batched": batched, "likelihood": likelihood,
        **reading.options(likelihood),
    } | ({"sigma": said.sigma} if said.sigma else {})  # fmt: skip
    try:
        model_spec(MODEL).config(options)
    except ValueError as error:
        raise ExplorerError(
            _("The model does not fit its conventions: {error}").format(error=error), _("Look at what was said of it.")
        ) from error
    return options


def sentences(best: Tried, readings: Sequence[Reading], reason: str) -> list[str]:
    """What was chosen among the readings, and the reason; nothing where there was no choice."""
    reading = best.reading
    chosen = {
        "pixels": reading.pixels, "posterior": reading.posterior, "output": reading.output,
        "outputs of mu and spread": " and ".join(str(place + 1) for place in reading.places),
    }  # fmt: skip
    values = zip(*((r.pixels, r.posterior, r.output, r.places) for r in readings), strict=True)
    assumed = [
        f"{name} {value}" for (name, value), kinds in zip(chosen.items(), values, strict=True) if len(set(kinds)) > 1
    ]
    text = N_("Assumed: {what}; {reason}.")
    return [text.format(what="; ".join(assumed), reason=reason)] if assumed else []


FORM = Form(
    "ONNX, an encoder and a decoder",
    accepts,
    read,
    ("shape", "layout", "pixels", "posterior", "output", "likelihood", "sigma"),
)

"""``python -m explorer import``: a VAE that was made elsewhere becomes a run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.base import ExplorerError

SHAPE = re.compile(r"\d{1,4},\d{1,4},\d{1,4}")


def add_import(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = add("import", import_command, "make a run of a VAE that was trained elsewhere")
    command.add_argument("source", metavar="SOURCE", help="its file, a zip, or the folder of its files")
    command.add_argument("--out", metavar="NAME", help="the run's name")
    command.add_argument("--data", metavar="D", help="the images to see it with: a data set, or folder:PATH")
    command.add_argument("--as", dest="form", metavar="FORM", help="the form of the files, where it is not recognised")
    command.add_argument("--shape", metavar="C,H,W", help="of its images, where the files do not tell")
    command.add_argument("--layout", metavar="L", help="of its images: NCHW, NHWC or flat")
    command.add_argument("--pixels", metavar="P", help="scale that it takes: --pixels=0,1, =-1,1 or =mean/deviation")
    command.add_argument(
        "--posterior", metavar="Q",
        help="what its encoder returns: mu; mu,logvar mu,sigma mu,log_sigma; in one output with :joined, :interleaved",
    )  # fmt: skip
    command.add_argument("--output", metavar="O", help="what its decoder returns: probabilities, logits or pixels")
    command.add_argument(
        "--likelihood", metavar="L", help="of a pixel given z, for example bernoulli; unknown for none"
    )
    command.add_argument("--sigma", type=float, metavar="S", help="of a Gaussian likelihood, pixels in [0, 1]")


def import_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Import the model and say what it was taken for."""
    from explorer.importing import Conventions, import_model
    from explorer.runs import ImportFacts, load_run

    said = Conventions(
        shape_of(options.shape), options.layout, options.pixels, options.posterior, options.output,
        options.likelihood, options.sigma,
    )  # fmt: skip
    run = load_run(import_model(Path(options.source), options.out, options.data, said, options.form))
    facts = run.config.imported or ImportFacts("run", ())
    model, shape = run.model, run.data.shape
    result = {
        "run": run.name, "path": str(run.path), "form": facts.form, "model": model.name,
        "latent": model.options["latent"], "shape": list(shape), "checks": facts.checks, "assumed": list(facts.assumed),
    }  # fmt: skip
    size = " x ".join(map(str, shape))
    lines = [f"{run.name}: {facts.form}, images of {size}, {result['latent']} latent dimensions.", *facts.assumed]
    return result, "\n".join([*lines, str(run.path)])


def shape_of(text: str | None) -> tuple[int, int, int] | None:
    """Channels, height and width; ExplorerError for anything else."""
    if text is None:
        return None
    if not SHAPE.fullmatch(text):
        raise ExplorerError(f"The shape is '{text}'.", "Give channels, height and width, as in 1,28,28.")
    channels, height, width = map(int, text.split(","))
    return channels, height, width

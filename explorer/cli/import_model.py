"""``python -m explorer import``: a VAE that was made elsewhere becomes a run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.cli.array_options import add_array_options, named_dataset

if TYPE_CHECKING:
    from explorer.importing import Conventions
    from explorer.runs import Run

SHAPE = re.compile(r"\d{1,4},\d{1,4},\d{1,4}")
LATENT = re.compile(r"[1-9]\d{0,5}(,[1-9]\d{0,5}){0,2}")


def add_import(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command."""
    command = add("import", import_command, "make a run of a VAE that was trained elsewhere")
    command.add_argument(
        "source", metavar="SOURCE",
        help="its file, a zip, the folder of its files, or FILE.py:FUNCTION, which returns it",
    )  # fmt: skip
    command.add_argument("--out", metavar="NAME", help="the run's name")
    command.add_argument("--data", metavar="D", help="images to see it with: a data set, folder:PATH or arrays:FILE")
    add_array_options(command)
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
        "--latent", metavar="K", help="the length or the shape of a code, where your code does not tell"
    )
    command.add_argument(
        "--likelihood", metavar="L", help="of a pixel given z, for example bernoulli; unknown for none"
    )
    command.add_argument("--sigma", type=float, metavar="S", help="of a Gaussian likelihood, pixels in [0, 1]")


def import_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Import the model and say what it was taken for."""
    from explorer.importing import Conventions
    from explorer.runs import ImportFacts, load_run

    said = Conventions(
        shape_of(options.shape), options.layout, options.pixels, options.posterior, options.output,
        options.likelihood, options.sigma,
    )  # fmt: skip
    run = load_run(imported(options, said))
    facts = run.config.imported or ImportFacts("run", ())
    model, shape = run.model, run.data.shape
    result = {
        "run": run.name, "path": str(run.path), "form": facts.form, "model": model.name,
        "latent": model.options["latent"], "shape": list(shape), "checks": facts.checks, "assumed": list(facts.assumed),
    }  # fmt: skip
    size = " x ".join(map(str, shape))
    lines = [f"{run.name}: {facts.form}, images of {size}, {result['latent']} latent dimensions.", *facts.assumed]
    return result, "\n".join([*lines, str(run.path)])


def imported(options: argparse.Namespace, said: Conventions) -> Run:
    """The run made of the source: of the owner's code, or of files."""
    from explorer.importing import import_code, import_model, is_code

    latent = code_shape_of(options.latent)
    data = None if options.data is None else named_dataset(options.data, options)
    if is_code(options.source):
        if options.form is not None:
            raise ExplorerError("--as is for files.", "Leave it out: your own code returns the model.")
        return import_code(options.source, options.out, data, said, latent)
    if latent is not None:
        raise ExplorerError("--latent is for a model that your own code returns.", "Leave it out: the files tell.")
    return import_model(Path(options.source), options.out, data, said, options.form)


def code_shape_of(text: str | None) -> tuple[int, ...] | None:
    """The length of a code, or its shape; ExplorerError for anything else."""
    if text is None:
        return None
    if not LATENT.fullmatch(text):
        raise ExplorerError(f"The latent size is '{text}'.", "Give a length, as in 16, or a shape, as in 4,8,8.")
    return tuple(map(int, text.split(",")))


def shape_of(text: str | None) -> tuple[int, int, int] | None:
    """Channels, height and width; ExplorerError for anything else."""
    if text is None:
        return None
    if not SHAPE.fullmatch(text):
        raise ExplorerError(f"The shape is '{text}'.", "Give channels, height and width, as in 1,28,28.")
    channels, height, width = map(int, text.split(","))
    return channels, height, width

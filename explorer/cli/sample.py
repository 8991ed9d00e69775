"""``python -m explorer sample``: a grid of decoded draws from the prior, or from a density fitted to codes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run

if TYPE_CHECKING:
    from explorer.inference.densities import FittedDensity

Result = dict[str, Any]
MAX_IMAGES = 10_000
MAX_SEED = 2**63 - 1  # as of a training
MAX_TEMPERATURE = 1000  # times the prior's standard deviation; far beyond, float32 overflows


def add_sample(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``sample`` command's options."""
    sample = add("sample", sample_command, "a grid of images decoded from draws of z", run=True)
    sample.add_argument("--n", type=int, default=64)
    sample.add_argument("--out", metavar="FILE", help="a picture, as .png or .jpg")
    sample.add_argument("--seed", type=int, default=0)
    sample.add_argument(
        "--from", dest="source", metavar="SOURCE", default="prior",
        help="prior, or a density fitted to the codes of the images: gmm, kde or flow; kept in the run, where without "
        "--out it is fitted alone",
    )  # fmt: skip
    sample.add_argument(
        "--temperature", type=float, default=1.0, help="the standard deviation of the noise that each draw is made of"
    )


def sample_command(options: argparse.Namespace) -> tuple[Result, str]:
    """Decode draws into one picture; without one fit the density that they would come from."""
    from explorer.images import check_picture
    from explorer.inference import load_with_model, require
    from explorer.inference.densities import DENSITIES, PRIOR, check_source

    check_draws(options)
    check_source(options.source)
    if options.out is None and options.source == PRIOR:
        raise ExplorerError("There is nothing to write to.", "Give a picture with --out FILE.")
    found = find_run(options.run, paths=True)
    if options.out is not None:
        check_picture(Path(options.out))
    run, _ = load_with_model(found)
    require(run, "decoder")
    density = None if options.source == PRIOR else watched_density(run, options.source)
    if options.out is not None:
        write_draws(run, options, density)
    facts = {"n": options.n, "seed": options.seed, "file": options.out, "from": options.source}
    result = {**facts, "temperature": options.temperature, "density": density and density_facts(density)}
    lines = [] if options.out is None else [f"{options.n} samples in {options.out}"]
    if density is not None:
        lines.insert(0, f"{DENSITIES[options.source].title} {in_words(density)}")
    return result, "\n".join(lines)


def write_draws(run: LoadedRun, options: argparse.Namespace, density: FittedDensity | None) -> None:
    """The grid of decoded draws as a picture."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.images import encoded, grid, to_picture
    from explorer.inference import decode
    from explorer.inference.densities import drawn_from

    target = Path(options.out)
    codes = drawn_from(density, run, options.n, options.temperature, options.seed)
    ensure_folder(target.parent)
    write_atomic(target, encoded(to_picture(grid(decode(run, codes))), target))


def watched_density(run: LoadedRun, name: str) -> FittedDensity:
    """The density, kept or fitted now; its progress on standard error and, for pages, in the run."""
    from explorer.inference.densities import DENSITIES, density_of, recorded_density

    with ProgressLine() as line, recorded_density(run, name) as note:

        def progress(done: float) -> None:
            line.share(done, DENSITIES[name].title)
            note(done)

        return density_of(run, name, progress)


def density_facts(density: FittedDensity) -> Result:
    """What a density was fitted to, and how likely it makes codes that were held out."""
    return {
        "split": density.split,
        "n": density.n,
        "held_out_nats": density.held_out_nats,
        "normal_nats": density.prior_nats,
    }


def in_words(density: FittedDensity) -> str:
    """The same as a sentence."""
    nats = f"{density.held_out_nats:.2f} nats a held-out code, N(0, I) {density.prior_nats:.2f}"
    return f"fitted to the codes of {density.n:,} {density.split} images: {nats}"


def check_draws(options: argparse.Namespace) -> None:
    """Raise ExplorerError for a number, a temperature or a seed out of bounds."""
    bounds = {"number of samples": (options.n, 1, MAX_IMAGES), "seed": (options.seed, 0, MAX_SEED),
              "temperature": (options.temperature, 0, MAX_TEMPERATURE)}  # fmt: skip
    for what, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise ExplorerError(f"The {what} is {value}.", f"It must lie between {low} and {high:,}.")

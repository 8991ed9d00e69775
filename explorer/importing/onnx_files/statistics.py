"""Where an encoder's outputs hold mu and the spread, as far as their sizes and names tell."""

from __future__ import annotations

import itertools
import math
import re

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.conventions import SPREADS
from explorer.importing.onnx_files.comparing import Converted
from explorer.importing.onnx_files.operators import POSITIVE

MU = re.compile(r"mu\b|mu_|mean|loc\b", re.IGNORECASE)
NAMED_SPREADS = {  # the first that is found in a name
    "mu,logvar": re.compile(r"log_?var|lv\b", re.IGNORECASE),
    "mu,log_sigma": re.compile(r"log_?(sigma|std|scale|sd)", re.IGNORECASE),
    "mu,sigma": re.compile(r"sigma|std|scale", re.IGNORECASE),
}
Posterior = tuple[str, tuple[int, int]]  # in the words of ``Conventions``, and the outputs of mu and of the spread


def posteriors(encoder: Converted, code_shape: tuple[int, ...], said: str | None) -> list[Posterior]:
    """What the encoder may return, the likelier first. Raises ExplorerError where no output fits the code."""
    latent = math.prod(code_shape)
    sizes = [math.prod(output.shape[1:]) for output in encoder.outputs]
    single = [place for place, size in enumerate(sizes) if size == latent]
    double = [place for place, size in enumerate(sizes) if size == 2 * latent]
    if said is not None:
        return said_posterior(said, single, double, encoder)
    if len(single) > 1:
        return [(spread, both) for both in orders(encoder, single) for spread in spreads(encoder, both[1])]
    if single:
        return [("mu", (single[0], single[0]))]
    if double:
        both = (double[0], double[0])
        return [(f"{spread}:{split}", both) for split, spread in itertools.product(("joined", "interleaved"), SPREADS)]
    raise ExplorerError(
        _("{file} returns {names} numbers an image; the decoder takes {latent}.").format(
            file=encoder.graph.file, names=" and ".join(map(str, sizes)), latent=latent
        ),
        _("An encoder returns mu and a spread of {latent} numbers each, or both in one output of {value}.").format(
            latent=latent, value=2 * latent
        ),
    )


def said_posterior(said: str, single: list[int], double: list[int], encoder: Converted) -> list[Posterior]:
    """The posterior that the user names, where the outputs allow it."""
    if ":" in said and double:
        return [(said, (double[0], double[0]))]
    if said == "mu" and single:
        return [(said, (orders(encoder, single)[0][0] if len(single) > 1 else single[0],) * 2)]
    if ":" not in said and len(single) > 1:
        return [(said, both) for both in orders(encoder, single)]
    raise ExplorerError(
        _("{file} does not return '{said}': {n} of its outputs are of the size of a code, {n_2} of twice that.").format(
            file=encoder.graph.file, said=said, n=len(single), n_2=len(double)
        ),
        _("Give another --posterior, or none to have it found."),
    )


def orders(encoder: Converted, single: list[int]) -> list[tuple[int, int]]:
    """The outputs of mu and of the spread: by their names, else the first two, either way round."""
    names = [encoder.graph.names[place] for place in single]
    spread = next((place for place, name in zip(single, names, strict=True) if named_spread(name)), None)
    means = [place for place, name in zip(single, names, strict=True) if place != spread and MU.search(name)]
    if spread is not None:
        return [(means[0] if means else next(place for place in single if place != spread), spread)]
    if len(means) == 1:
        return [(means[0], next(place for place in single if place != means[0]))]
    return [(single[0], single[1]), (single[1], single[0])]


def spreads(encoder: Converted, place: int) -> tuple[str, ...]:
    """What the spread in the output may be: as its name says, or the operator that never gives a negative number."""
    named = named_spread(encoder.graph.names[place])
    if named:
        return (named,)
    return ("mu,sigma",) if encoder.graph.final[place] in POSITIVE else SPREADS


def named_spread(name: str) -> str | None:
    """The spread that an output's name tells; None where it tells none."""
    return next((spread for spread, pattern in NAMED_SPREADS.items() if pattern.search(name)), None)

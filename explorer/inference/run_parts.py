"""The parts that a run may lack: images, encoder, decoder, likelihood; and what is said in their place.

A run that was trained here has them all; one that was made elsewhere may have come without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.runs import LoadedRun

Part = Literal["images", "encoder", "decoder", "likelihood"]
LATENTS: tuple[Part, ...] = ("images", "encoder")  # what they are computed of


@dataclass(frozen=True)
class Lack:
    """One entry of ``LACKS``: whether a run has the part, and what to say where it has not."""

    has: Callable[[LoadedRun], bool]
    message: str
    hint: str


LACKS: dict[Part, Lack] = {
    "images": Lack(
        lambda run: run.data.n_test > 0,
        N_("{run} came without images."),
        N_(
            "Load it again on the Models page with a data set, or import it with --data mnist, folder:PATH or "
            "arrays:FILE."
        ),
    ),
    "encoder": Lack(
        lambda run: run.model.encodes,
        N_("{run} has no encoder."),
        N_("Look at what its decoder makes on the Explore page, or import it again with its encoder."),
    ),
    "decoder": Lack(
        lambda run: run.model.decodes,
        N_("{run} has no decoder: it is made of latents alone."),
        N_("Look at them on the Map page; to see decoded images import the model itself."),
    ),
    "likelihood": Lack(
        lambda run: run.model.likelihood != "unknown",
        N_(
            "The likelihood of {run}'s decoder is not known, so that it has no ELBO and nothing that is computed of "
            "one."
        ),
        N_(
            "If you know it, load it again on the Models page and say so, or import it with --likelihood (and --sigma)."
        ),
    ),
}


def lack_of(run: LoadedRun, *parts: Part) -> ExplorerError | None:
    """What to say where the run lacks one of the parts, of the first of these; None where it has them."""
    lack = next((lack for part in parts if not (lack := LACKS[part]).has(run)), None)
    return None if lack is None else ExplorerError(_(lack.message).format(run=run.name), _(lack.hint))


def require(run: LoadedRun, *parts: Part) -> None:
    """Raise ``lack_of``, if there is one."""
    if lack := lack_of(run, *parts):
        raise lack


def latents_lack(run: LoadedRun) -> ExplorerError | None:
    """Why the run can have no latents; None where it can, or is made of them."""
    return lack_of(run, *(LATENTS if run.model.decodes else ("images",)))

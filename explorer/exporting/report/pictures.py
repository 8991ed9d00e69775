"""The pictures of a report: reconstructions, samples, the latent plane, traversals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.exporting.report.measure_tables import NAMING
from explorer.exporting.report.parts import Figure, Part, Strips, Words, sheet
from explorer.exporting.report.subject import Subject
from explorer.images import Pixels
from explorer.inference import decode_with, reconstruct, require
from explorer.inference.latent_space import View, Z, class_count, class_name, direction_grid, manifold_grid, prior_codes
from explorer.measures import kept_measures, stratified_numbers

SEED = 0
COLUMNS, RECONSTRUCTED = 10, 20
SAMPLES, SAMPLE_COLUMNS = 64, 8
STEPS, TRAVERSED = 11, 10
PRIOR_EDGE = View(0, 0).hi_x  # 1 % of the prior lies beyond on each side
CODES_REACHED = (0.5, 99.5)  # percentiles of the codes of a model without a prior
NO_PRIOR = (
    "The model has no prior: these are draws of a standard normal all the same, and many fall where no code lies."
)


def reconstructions(subject: Subject) -> list[Part]:
    """Test images, and below each what the decoder makes of its posterior mean."""
    require(subject.run, "decoder", "encoder")
    images = subject.images
    chosen = stratified_numbers(images.labels, len(images), RECONSTRUCTED, SEED)
    pixels = images.pixels[chosen]
    decoded = np.stack([one.decoded for one in reconstruct(subject.model, pixels, samples=1)])
    rows = []
    for start in range(0, len(chosen), COLUMNS):
        part = slice(start, start + COLUMNS)
        numbers = ", ".join(f"{i}" for i in chosen[part])
        rows.append(("original", sheet(pixels[part], COLUMNS, f"Test images {numbers}")))
        rows.append(("decoded", sheet(decoded[part], COLUMNS, f"Reconstructions of test images {numbers}")))
    drawn = "all of them" if len(chosen) == len(images) else f"drawn at random, each class its share (seed {SEED})"
    text = (
        f"Test images of {subject.data_name}, {drawn}; below each its reconstruction, decoded from the posterior mean."
    )
    return [Strips(tuple(rows), text + classes_shown(subject, chosen))]


def classes_shown(subject: Subject, chosen: NDArray[np.int64]) -> str:
    """The classes of the images in their order; "" without labels."""
    labels = subject.images.labels
    if labels is None:
        return ""
    names = [subject.images.classes[label] for label in labels[chosen]]
    return f" Classes: {', '.join(names)}."


def samples(subject: Subject) -> list[Part]:
    """Decoded draws of the prior."""
    require(subject.run, "decoder")
    pictures = decode_with(subject.model, prior_codes(subject.run, SAMPLES, seed=SEED))
    classes = ", the classes by turns" if class_count(subject.run) else ""
    caption = f"{SAMPLES} decoded draws of z from the prior (temperature 1, seed {SEED}{classes}), not selected."
    notes: list[Part] = [] if subject.has_prior else [Words(NO_PRIOR, quiet=True)]
    return [Figure(sheet(pictures, SAMPLE_COLUMNS, f"{SAMPLES} decoded draws of the prior"), caption), *notes]


def manifold(subject: Subject) -> list[Part]:
    """The decoded plane on which the pad of Explore opens."""
    require(subject.run, "decoder")
    latents = subject.latents
    along = latents.directions()
    view = latents.home_view(along)
    centre = np.zeros(latents.mu.shape[1], np.float32)
    if along is None:
        z = manifold_grid(centre, view)
    else:
        z = direction_grid(along.moved(centre, [view.x, view.y], np.zeros(2)), view, along)
    pictures = decode_with(subject.model, subject.in_first_class(z))
    picture = sheet(pictures, view.size, f"{view.size} x {view.size} decoded images over two latent dimensions", gap=0)
    return [Figure(picture, plane_caption(subject, view), axes_of(view))]


def axes_of(view: View) -> tuple[str, str]:
    """Name and range of each axis of the plane."""
    name = "z{}" if view.basis == "dimensions" else "direction {}"
    first = 0 if view.basis == "dimensions" else 1
    x = f"{name.format(view.x + first)}: {signed(view.lo_x)} to {signed(view.hi_x)}"
    return x, f"{name.format(view.y + first)}: {signed(view.lo_y)} to {signed(view.hi_y)}"


def signed(value: float) -> str:
    """A number with a proper minus."""
    return f"{value:.3g}".replace("-", "−")


def plane_caption(subject: Subject, view: View) -> str:
    """What is decoded where."""
    k = subject.latents.mu.shape[1]
    if view.basis == "directions":
        plane = f"the first two principal directions of the posterior means in {k} dimensions; the others are at 0"
    elif k <= 2:
        plane = "the latent plane" if k == 2 else "the only latent dimension, in equal rows"
    else:
        plane = f"the two of {k} dimensions that carry most; the others are at 0"
    steps = "equally likely under the prior" if view.scale == "quantile" else "of equal size"
    return f"Decoded images over {plane}. Cells are {steps}.{first_class(subject)}"


def first_class(subject: Subject) -> str:
    """The class that all pictures of a class-conditional model are in; "" of other models."""
    return f" All are in class {class_name(subject.run, 0)}." if class_count(subject.run) else ""


def traversals(subject: Subject) -> list[Part]:
    """A row for each of the dimensions that carry most: it is moved, the others stay where they are."""
    require(subject.run, "decoder")
    latents = subject.latents
    order, active = latents.order(), latents.active()
    dims = [int(dim) for dim in order if active[dim]][:TRAVERSED]
    if not dims:
        raise ExplorerError("No dimension is active: the posterior means vary in none by more than 0.01 (variance).")
    kl, rows = latents.kl_per_dim(), []
    factors = kept_measures(subject.run).get(NAMING)
    for dim in dims:
        steps = reach(subject, dim)
        strip = sheet(moved_along(subject, dim, steps), STEPS, f"Decoded images along z{dim}")
        about = f", {kl[dim]:.2f} nats" if latents.has_kl else ""
        moved = factors.moved_factors(dim) if factors else ""
        rows.append((f"z{dim}{about}{f', {moved}' if moved else ''}", strip))
    return [Strips(tuple(rows), traversal_caption(subject, len(dims), int(active.sum())))]


def reach(subject: Subject, dim: int) -> Z:
    """Even steps over N(0, 1), or over the codes where the prior is not that: [STEPS]."""
    low, high = -PRIOR_EDGE, PRIOR_EDGE
    if not subject.on_prior_scale:
        low, high = np.percentile(subject.latents.mu[:, dim], CODES_REACHED)
    return np.linspace(low, high, STEPS, dtype=np.float32)


def moved_along(subject: Subject, dim: int, steps: Z) -> Pixels:
    """The decoded images of the centre with one dimension at each of ``steps``: uint8 [STEPS, C, H, W]."""
    z = np.tile(subject.centre, (len(steps), 1))
    z[:, dim] = steps
    return decode_with(subject.model, subject.in_first_class(z))


def traversal_caption(subject: Subject, shown: int, active: int) -> str:
    """What moves, how far, and where the others stay."""
    of = "" if shown == active else f" The {shown} of {active} active dimensions that carry most."
    if not len(subject.latents):
        of = f" The first {shown} dimensions: without test images it is not known which carry most."
    if subject.on_prior_scale:
        steps = f"from −{PRIOR_EDGE:.2f} to {PRIOR_EDGE:.2f} in even steps (1 % of the prior lies beyond each end)"
        return f"Decoded images: one dimension {steps}, the others at 0.{of}{first_class(subject)}"
    steps = "over the middle 99 % of the codes in even steps"
    return f"Decoded images: one dimension {steps}, the others at their mean.{of}{first_class(subject)}"

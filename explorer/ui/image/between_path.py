"""A path through several images: decoded images, and the latent density along it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant, too_few
from explorer.base.languages import N_, _
from explorer.base.text import percentage
from explorer.image_lab.paths import KINDS, Path
from explorer.image_lab.scores import BAND_SAMPLE, LEAST_FOR_BAND, SCALES, Scale, scales_for
from explorer.images import png_data_url
from explorer.inference.latent_space import Z, class_count, latent_size
from explorer.ui.common import ImageButton, ImageRef, cached, image_buttons, plain, state
from explorer.ui.components.film import Film, Row, show_film
from explorer.ui.image import cached_paths
from explorer.ui.image.between_images import Station, station, still_there, suggested_images
from explorer.ui.image.between_offer import offer_images
from explorer.ui.image.between_save import save_film
from explorer.ui.image.figures_paths import beyond, path_figure
from explorer.ui.image.subject import Subject

STRIP_STEPS = 11  # steps of the strip, shared by the legs
LEAST = 4  # steps of a leg at least
FINER = 4  # frames of the film in a step of the strip
POINTS = 101  # of the chart
MAX_STOPS = 4  # images to go to
LENGTH_HELP = N_(
    "Decoded length: the sum of the Euclidean distances between neighbouring pictures, pixels in [0, 1], over 512 "
    "steps from image to image. The geodesic is the shortest path *found* by an optimisation that starts from the "
    "straight line; there may be a shorter one."
)
CLASS_NOTE = N_(
    "The class goes evenly from one to the other; the decoder has never seen what lies between two classes."
)


def between_path(subject: Subject) -> None:
    """Draw the choice of images and kind, the film, the chart, the lengths."""
    with st.container(key="picture-first-path"):
        left, right = st.columns([7, 3], gap="large")
    with right:
        stations = chosen_stations(subject)
        kind = st.segmented_control(
            _("Path"), list(KINDS), default="straight", required=True, key="between-kind", help=kind_help(),
            format_func=lambda name: _(KINDS[name].title), persist_state="session",
        ) or "straight"  # fmt: skip
        lengths = st.container()
    stops = np.stack([one.code for one in stations])
    with left:
        path = cached_paths.path(subject.run, stops, kind)
        shares = path.even(FINER * max(LEAST, STRIP_STEPS // (len(stations) - 1)))
        film = path_film(subject, path, shares, stations)
        show_film(f"film-path-{subject.key}", film)
        scale = density_chart(subject, path, stops)
        save_film(subject.run, f"{kind}-path", film, lambda: path_facts(subject, path, shares, stations))
    with lengths:
        length_table(subject, stops, scale)


def kind_help() -> str:
    """What each kind of path is."""
    line = N_("**{title}**: {summary}.")
    return "\n\n".join(_(line).format(title=_(kind.title), summary=_(kind.summary)) for kind in KINDS.values())


def chosen_stations(subject: Subject) -> list[Station]:
    """Draw the images of the path and the button that adds one."""
    place = f"path-{subject.key}"
    chosen = still_there(state.between_images(place))
    refs = chosen or suggested_images(subject)

    def add(ref: ImageRef) -> None:
        state.choose_between_images(place, (*state.between_images(place), ref)[:MAX_STOPS])

    def drop(ref: ImageRef) -> None:
        state.choose_between_images(place, tuple(kept for kept in state.between_images(place) if kept != ref))

    stations = [station(subject, ref) for ref in refs]
    text = _("**To** {images}") if chosen else _("**To** {images} (a suggestion)")
    st.markdown(text.format(images=" · ".join(plain(one.title) for one in stations)))
    title = _("{name}: click to take it out") if chosen else "{name}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        buttons = [
            ImageButton(
                f"chosen-{place}-{i}", png_data_url(one.pixels),
                title.format(name=one.title), partial(drop, ref), not chosen,
            )
            for i, (one, ref) in enumerate(zip(stations, refs, strict=True))
        ]  # fmt: skip
        image_buttons(f"test-chosen-{place}", buttons)
        full = len(chosen) >= MAX_STOPS
        with st.popover(_("Add"), icon=":material/add_photo_alternate:", disabled=full, key=f"add-{place}"):
            offer_images(subject, place, add)
    return [station(subject, ImageRef("own")), *stations]


def path_film(subject: Subject, path: Path, shares: NDArray[np.float64], stations: list[Station]) -> Film:
    """The decoded pictures at these shares of the way, the images themselves above those that are decoded from them."""
    frames = list(cached.decoded(subject.run, path.at(shares)))
    columns = list(range(0, len(frames), FINER))
    cells = len(columns) - 1
    at = [i * cells // (len(stations) - 1) for i in range(len(stations))]
    source = _("original") if all(one.source == "original" for one in stations) else _("image")
    originals = {cell: (one.pixels, one.alt) for cell, one in zip(at, stations, strict=True)}
    labels = [percentage(share) for share in shares]
    return Film(frames, labels, columns, _("Share of the decoded length"), _("{} of the way"), [Row(source, originals)])


def density_chart(subject: Subject, path: Path, stops: Z) -> str:
    """Draw how usual the places of the path are; returns the scale that was chosen."""
    run, latents = subject.run, cached.latents(subject.run)
    names = scales_for(latents)
    name = names[0]
    if len(names) > 1:
        name = st.segmented_control(
            _("How usual"), names, default=names[0], required=True, key="between-scale",
            format_func=lambda one: _(SCALES[one].title), persist_state="session", label_visibility="collapsed",
        ) or names[0]  # fmt: skip
    scale, usual = SCALES[name], cached_paths.band(run, name)
    shares = np.linspace(0, 1, POINTS)
    values = cached_paths.along(run, name, *z_of(subject, path.at(shares), stops))
    between = path.shares[list(path.stops[1:-1])].tolist()
    figure = path_figure(shares, values, scale, usual, between, st.context.theme.type == "dark")
    st.plotly_chart(
        figure, key=f"along-{subject.key}", theme=None, config={"displayModeBar": False},
        alt=_("{scale} along the path").format(scale=_(scale.title)),
    )  # fmt: skip
    few = too_few(len(latents), LEAST_FOR_BAND, "test image")
    open_ = _("What is usual is open. {reason}").format(reason=few)
    words = open_ if few else density_sentence(scale, beyond(values, scale, usual))
    st.caption(words, help=density_note(scale, len(latents)))
    return name


def z_of(subject: Subject, codes: Z, stops: Z) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The z of codes, and of the images."""
    latent = latent_size(subject.run)
    return np.ascontiguousarray(codes[:, :latent]), np.ascontiguousarray(stops[:, :latent])


def density_sentence(scale: Scale, outside: NDArray[np.bool_]) -> str:
    """What the chart shows."""
    if not outside.any():
        return _("**Nowhere unusual**: the whole way lies where nearly all test images do (the band).")
    text = _("**{share} of the way is unusual**, marked orange: {reason} (the band).")
    return text.format(share=percentage(outside.mean()), reason=_(scale.outside))


def density_note(scale: Scale, total: int) -> str:
    """What is measured, and what the band is made of."""
    return _(
        "{unit}: {summary}. The band: 5th to 95th percentile of the {total:,} test images (of a sample of {sample:,} "
        "where there are more), each measured without itself. Images of the path do not count either."
    ).format(unit=_(scale.unit), summary=_(scale.summary), total=total, sample=BAND_SAMPLE)


def length_table(subject: Subject, stops: Z, scale_name: str) -> None:
    """Draw the decoded lengths of all kinds, and how much of each lies outside of what is usual."""
    run, scale, usual = subject.run, SCALES[scale_name], cached_paths.band(subject.run, scale_name)
    st.markdown(_("**Decoded length**"), help=_(LENGTH_HELP))
    place = st.empty()
    rows: list[str] = []
    head = f"<tr><th>{_('path')}</th><th>{_('length')}</th><th>{_('unusual')}</th></tr>"
    for kind, spec in KINDS.items():
        path = cached_paths.path(run, stops, kind)  # the slow one comes last, its progress below the others
        values = cached_paths.along(run, scale_name, *z_of(subject, path.at(np.linspace(0, 1, POINTS)), stops))
        hole = "" if usual is None else percentage(beyond(values, scale, usual).mean())
        title = f"<abbr title='{_(spec.summary)}'>{_(spec.title)}</abbr>"
        rows.append(f"<tr><td>{title}</td><td>{significant(path.length)}</td><td>{hole}</td></tr>")
        place.html(f'<table class="measures">{head}{"".join(rows)}</table>')
    st.caption(_("The geodesic is the shortest found, starting from the straight line."))
    if class_count(run):
        st.caption(_(CLASS_NOTE))


def path_facts(subject: Subject, path: Path, shares: NDArray[np.float64], stations: list[Station]) -> dict[str, Any]:
    """What the JSON holds: codes of the frames, one row each."""
    codes = path.at(shares)
    latent = latent_size(subject.run)
    found: dict[str, Any] = {
        "path": path.kind,
        "meaning": KINDS[path.kind].summary,
        "images": [one.name for one in stations],
        "decoded_length": path.length,
        "share_of_decoded_length": shares.tolist(),
        "z": codes[:, :latent].tolist(),
    }
    return found if codes.shape[1] == latent else {**found, "class_weights": codes[:, latent:].tolist()}

"""Attribute directions: the difference of two mean codes, added to the image with varying strength."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import ExplorerError, natural_key
from explorer.base.languages import N_, _
from explorer.datasets import Split
from explorer.image_lab.paths import Members, attribute_vector, common_split, of_all, of_class, of_group, with_attribute
from explorer.inference import Latents
from explorer.inference.latent_space import latent_size
from explorer.maps import Group, groups_of
from explorer.maps.fits import MapImages
from explorer.ui.common import cached, pixels_of
from explorer.ui.components.film import Film, Row, show_film
from explorer.ui.image.between_save import save_film
from explorer.ui.image.subject import Subject

STRENGTHS = np.linspace(-2, 2, 33)
NEAREST: dict[Split, str] = {"train": N_("nearest training image"), "test": N_("nearest test image")}
NEAREST_DECODED: dict[Split, str] = {
    "train": N_("nearest training image, decoded"),
    "test": N_("nearest test image, decoded"),
}
NEAREST_ALTS: dict[Split, str] = {
    "train": N_("{source}, nearest training image {number:,}, distance {distance:.3g}"),
    "test": N_("{source}, nearest test image {number:,}, distance {distance:.3g}"),
}
EVERY = 4  # of them stands in the strip
GROUP, CLASS, ALL = "group", "class", "all"
ATTRIBUTE_HELP = N_(
    "The direction is the mean of μ over *more like* less that over *less like*. Strength 1 moves z by the whole way "
    "from one mean to the other, −1 the other way. Select images on the Map page and *Make a group* of them for an "
    "attribute that is no class, such as a slant."
)

MemberChoice = tuple[str, str]  # what it is, and its name


def between_attribute(subject: Subject) -> None:
    """Draw the two choices, and the image at strengths from -2 to 2 with its nearest real images."""
    groups = {group.name: group for group in groups_of(subject.run)}
    names = member_choices(cached.latents(subject.run), list(groups))
    if len(names) < 2:
        raise ExplorerError(
            _("There are neither classes nor groups."), _("Select images on the Map page and make a group.")
        )
    with st.container(key="picture-first-attribute"):
        left, right = st.columns([7, 3], gap="large")
    with right:
        toward = chosen_members(subject, names, N_("More like"), 0)
        away = chosen_members(subject, names, N_("Less like"), len(names) - 1)
        made = _("Groups are made on the Map page; there are {n}.").format(n=len(groups))
        none = _("Groups are made on the Map page; there are none yet.")
        st.caption(made if groups else none, help=_(ATTRIBUTE_HELP))
    shown = members_of(subject, [groups[name] for kind, name in (toward, away) if kind == GROUP])
    sides = [MEMBERS[kind](shown.latents, name, groups) for kind, name in (toward, away)]
    vector = attribute_vector(shown.latents, *sides)
    with left:
        codes = with_attribute(subject.result.code, vector, STRENGTHS)
        film = attribute_film(subject, codes)
        show_film(f"film-attribute-{subject.key}", film)
        save_film(subject.run, "attribute", film, lambda: attribute_facts(subject, sides, vector, codes))


def member_choices(latents: Latents, groups: list[str]) -> list[MemberChoice]:
    """What a direction can be made of: groups, classes, all images."""
    classes = [] if latents.labels is None else sorted(latents.classes, key=natural_key)
    return [*((GROUP, name) for name in groups), *((CLASS, name) for name in classes), (ALL, "all images")]


def chosen_members(subject: Subject, names: list[MemberChoice], label: str, index: int) -> MemberChoice:
    """Draw one choice."""
    key = f"attribute-{label}-{subject.run.name}"
    return st.selectbox(_(label), names, index, lambda choice: _(MEMBER_TITLES[choice[0]]).format(choice[1]), key=key)


MEMBER_TITLES = {GROUP: N_("group {}"), CLASS: N_("class {}"), ALL: N_("all images")}
MEMBERS: dict[str, Callable[[Latents, str, dict[str, Group]], Members]] = {
    GROUP: lambda latents, name, groups: of_group(groups[name]),
    CLASS: lambda latents, name, groups: of_class(latents, latents.classes.index(name)),
    ALL: lambda latents, name, groups: of_all(latents),
}


def members_of(subject: Subject, groups: list[Group]) -> MapImages:
    """The images that the groups are of: the test images where there are none."""
    return cached.map_images(subject.run, common_split(groups))


def attribute_film(subject: Subject, codes: NDArray[np.float32]) -> Film:
    """The image at each strength, the nearest real images below."""
    frames = list(cached.decoded(subject.run, codes))
    columns = list(range(0, len(frames), EVERY))
    middle = len(columns) // 2
    title, cells = nearest_images(subject, codes[columns])
    return Film(
        frames, [f"{strength:+.3g}" if strength else "0" for strength in STRENGTHS], columns, _("Strength"),
        _("strength {}"),
        above=[Row(_("original"), {middle: (subject.pixels, _("original, {name}").format(name=subject.title))})],
        below=[Row(title, cells)],
        start=len(frames) // 2,
    )  # fmt: skip


def nearest_images(subject: Subject, codes: NDArray[np.float32]) -> tuple[str, dict[int, tuple[Any, str]]]:
    """The real image nearest to each code by its mean, of the training images where they are encoded here."""
    split: Split = "train" if cached.keeps_latents(subject.run, "train") else "test"
    shown, latent = cached.map_images(subject.run, split), latent_size(subject.run)
    found = [shown.latents.nearest(code[:latent], 1) for code in codes]
    places = np.array([int(near[0][0]) for near in found])
    pixels, source = pixels_of(subject.run, shown, places)
    alt = _(NEAREST_ALTS[split])
    cells = {
        i: (picture, alt.format(source=_(source), number=place, distance=float(found[i][1][0])))
        for i, (picture, place) in enumerate(zip(pixels, places.tolist(), strict=True))
    }
    return _((NEAREST if source == "original" else NEAREST_DECODED)[split]), cells


def attribute_facts(
    subject: Subject, sides: list[Members], vector: NDArray[np.float32], codes: NDArray[np.float32]
) -> dict[str, Any]:
    """What the JSON holds."""
    return {
        "attribute": {"more_like": sides[0].name, "less_like": sides[1].name, "vector": vector.tolist()},
        "image": subject.name,
        "strength": STRENGTHS.tolist(),
        "z": codes[:, : latent_size(subject.run)].tolist(),
    }

"""Images that have a twin by pixels; a click on a row marks the image on the map and shows both."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _, joined
from explorer.datasets import SPLITS, Images, Split
from explorer.datasets.duplicates import MAX_DISTANCE, QUICK
from explorer.inference import originals
from explorer.maps import PixelTwins, twins_in, worst
from explorer.maps.fits import MapImages
from explorer.runs import LoadedRun
from explorer.ui.common import Picture, cached, pictures, state
from explorer.ui.common.figures import SPLIT_NAMES
from explorer.ui.map.point import both_pictures
from explorer.ui.map.ranking_table import LISTED, first_columns, ranking_table

TITLE = N_("twins by pixels")
SUMMARY = N_("Images that equal another one of either split, or nearly do.")
DISTANCE_HELP = N_(
    "Distance 0 is equal in every pixel. Otherwise it is that of thumbnails, apart from brightness and contrast; "
    "images are listed up to {most}, a correlation of {correlation:.4f}."
)
NOT_HERE: dict[Split, str] = {
    "train": N_("The training images are not on this machine, and were not compared."),
    "test": N_("The test images are not on this machine, and were not compared."),
}


def twins_by_pixels(run: LoadedRun, shown: MapImages) -> None:
    """Draw what was found, the table, and the marked image with its twin; the map's own images are here."""
    twins = twins_of(run)
    help_text = _(DISTANCE_HELP).format(most=MAX_DISTANCE, correlation=1 - MAX_DISTANCE**2 / 2)
    st.caption(_(SUMMARY), help=help_text)
    st.caption(joined(*said(twins)))
    own = twins.own(shown)
    places = worst(-twins.distance[own], LISTED)
    if not len(places):
        st.markdown(_("None of the {images} has a twin.").format(images=shown.noun))
        return
    table = f"map-pixel-twins-{run.name}-{shown.split}-{len(shown)}"
    ranking_table(run, shown, table, places, twin_columns(shown, twins, places))
    marked = shown.place(state.map_point(run, shown.split))
    if marked is not None:
        both_pictures(run, shown, marked, columns=4)
        twin_picture(run, twins, int(twins.twin[own[marked]]))


def said(twins: PixelTwins) -> list[str]:
    """What was found in all images, and what was not looked for, a sentence each."""
    sentences = [twins.found.summary()]
    if twins.found.compared is None:
        text = _("Near-duplicates are looked for in up to {most:,} images; these are {n:,}.")
        sentences.append(text.format(most=QUICK, n=len(twins.twin)))
    return [*sentences, *(_(NOT_HERE[split]) for split in twins.missing)]


def twin_columns(shown: MapImages, twins: PixelTwins, places: NDArray[np.int64]) -> dict[str, list[Any]]:
    """What the table says of each image."""
    own = twins.own(shown)[places]
    found = twins.twin[own].tolist()
    return {
        **first_columns(shown, places),
        _("twin"): [twins.number_on(shown, twin) for twin in found],
        _("twin's split"): [_(SPLIT_NAMES[twins.split_of(twin)[0]]) for twin in found],
        _("distance"): [float(f"{distance:.2g}") for distance in twins.distance[own]],
    }


def twin_picture(run: LoadedRun, twins: PixelTwins, twin: int) -> None:
    """Draw the original of a twin, which need not be on the map; nothing for -1."""
    if twin < 0:
        st.caption(_("The marked image has no twin."))
        return
    split, index = twins.split_of(twin)
    images = cached.images(run, split)
    if images is not None:
        name = _("twin: {split} {number:,}").format(split=_(SPLIT_NAMES[split]), number=index)
        pictures([Picture(images.pixels[index], name, _("{name}, original").format(name=name))], columns=4)


def twins_of(run: LoadedRun) -> PixelTwins:
    """The twins in the splits whose images are here."""
    here = tuple(split for split in SPLITS if cached.images(run, split) is not None)
    with st.spinner(_("Looking for twins")):
        return _twins(run, here)


def data_key(run: LoadedRun) -> object:
    """Equal for runs of the same images; of latents alone the data have no fingerprints."""
    data = run.data
    return (data.fingerprint_train, data.fingerprint_test) if data.name else run.key


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={LoadedRun: data_key})
def _twins(run: LoadedRun, here: tuple[Split, ...]) -> PixelTwins:
    images = {split: grey_images(run, split) for split in here}
    return twins_in({split: found.pixels for split, found in images.items() if found is not None})


def grey_images(run: LoadedRun, split: Split) -> Images | None:
    """The run's images before any binarisation, whose draws differ for equal images."""
    drawn = run.config.training.get("binarise", "none") != "none"
    return originals(run, split, binarised=False) if drawn else cached.images(run, split)

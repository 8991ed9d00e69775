"""Which points the map shows: those of the chosen method as far as they are fitted, and what is said of them."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import _
from explorer.maps.fits import NOUNS, MapImages, MapOptions, Projection, projection_spec
from explorer.runs import LoadedRun
from explorer.ui.common import cached
from explorer.ui.map.fit import map_fit, stopped
from explorer.ui.map.quality import map_quality

QUICK = "pca"


def map_seen(run: LoadedRun, method: str, options: MapOptions, shown: MapImages) -> tuple[Projection, bool]:
    """The map of this method, as far as it is fitted, or the quick one before that, and whether it is still forming.

    A line says what is seen.
    """
    projection = cached.projection(run, method, options, shown.split)
    forming = None if projection is not None else map_fit(run, method, options, shown.split)
    seen = projection or forming or cached.projection(run, QUICK, options, shown.split)
    assert seen is not None
    points_caption(seen, shown)
    return seen, forming is not None


def map_trust(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """How far to trust a map that does not change any more; to measure it may take seconds."""
    map_quality(cached.quality(run, projection, shown), len(shown))
    if projection.facts.stopped:
        stopped(run, projection)


def points_caption(projection: Projection, shown: MapImages) -> None:
    """How many points of how many images, and how they were put where they are."""
    spec = projection_spec(projection.method)
    text = _("**{n:,} of {total:,} points**: {images}. {title}: {summary}.")
    if len(shown) < shown.total:
        text = _("**{n:,} of {total:,} points**: {images}, a sample drawn class by class. {title}: {summary}.")
    images = _(NOUNS[shown.split])
    st.caption(
        text.format(n=len(shown), total=shown.total, images=images, title=_(spec.title), summary=_(spec.summary))
    )

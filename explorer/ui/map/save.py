"""Saving of the selection as a file or as a named group of the run."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.maps import MAX_GROUP_NAME, add_group
from explorer.maps.fits import MapImages, Projection
from explorer.runs import LoadedRun
from explorer.ui.common import cached, download, errors_shown


def map_save(run: LoadedRun, projection: Projection, shown: MapImages, selection: NDArray[np.int64]) -> None:
    """Draw the buttons; a table is made when one is clicked."""

    def frame() -> Any:
        return selection_table(run, projection, shown, selection)

    name = f"{run.name}-{shown.split}-selection"
    left, middle, right = st.columns(3)
    with left:
        download("CSV", f"{name}.csv", "text/csv", lambda: frame().to_csv(index=False).encode())
    with middle:
        kind = "application/vnd.apache.parquet"
        download("Parquet", f"{name}.parquet", kind, lambda: parquet(frame()))
    with right, st.popover(_("Make a group"), icon=":material/group_work:", width="stretch"):
        make_group(run, shown, selection)


def selection_table(run: LoadedRun, projection: Projection, shown: MapImages, selection: NDArray[np.int64]) -> Any:
    """A row an image: split and index in it, file name and class where there are any, place on the map, numbers, mu."""
    import pandas

    originals, latents, (splits, indices) = cached.originals_of(run, shown), shown.latents, shown.parts()
    columns: dict[str, Any] = {"split": [splits[i] for i in selection], "index": indices[selection]}
    names, values = None if originals is None else originals.names(), latents.values
    if names is not None:
        columns["name"] = [names[i] for i in selection]
    if latents.labels is not None:
        columns["class"] = [latents.class_name(int(i)) for i in selection]
    columns["x"], columns["y"] = projection.points[selection].T
    if latents.has_kl:
        columns["kl_nats"] = values.kl_nats.sum(1)[selection]
    if latents.has_error:
        columns["mse"] = values.mse[selection]
    if latents.has_nats:
        columns["elbo_nats" if latents.has_kl else "reconstruction_nats"] = values.elbo_nats[selection]
    columns |= {f"mu_{dim}": latents.mu[selection, dim] for dim in range(latents.mu.shape[1])}
    return pandas.DataFrame(columns)


def parquet(frame: Any) -> bytes:
    """The table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def make_group(run: LoadedRun, shown: MapImages, selection: NDArray[np.int64]) -> None:
    """A name, and the button that keeps the selection under it."""
    with st.form("map-group", border=False, clear_on_submit=True):
        name = st.text_input(_("Name of the group"), max_chars=MAX_GROUP_NAME, key="map-group-name")
        kept = st.form_submit_button(_("Keep"), type="primary")
    if kept:
        with errors_shown():
            group = add_group(run, name, shown.split, shown.numbers[selection].tolist())
            st.success(_("Kept {n:,} images.").format(n=len(group.indices)), icon=":material/check:")

"""The baseline: the same points in a stock ``st.plotly_chart`` that tells what is selected, under ``streamlit run``."""

import plotly.graph_objects as go
import streamlit as st

from explorer.datasets import Images
from explorer.inference import Latents, latents_of, originals
from explorer.maps.fits import Points, kept_map
from explorer.runs import find_run, load_run


@st.cache_resource
def everything() -> tuple[Points, Latents, Images]:
    """Points, latents and images, read once."""
    run = find_run(st.query_params["model"])
    projection, images = kept_map(load_run(run), "tsne"), originals(load_run(run))
    assert projection is not None
    assert images is not None
    return projection.points, latents_of(load_run(run)), images


points, latents, images = everything()
assert latents.labels is not None
chart = go.Figure(layout={"height": 500, "width": 640, "dragmode": "pan"})
for label, name in enumerate(latents.classes):
    own = (latents.labels == label).nonzero()[0]
    chart.add_scattergl(
        x=points[own, 0], y=points[own, 1], customdata=own, name=name, mode="markers", marker={"size": 3}
    )
chosen = st.plotly_chart(chart, key="map", on_select="rerun", selection_mode="points", width="content")
for point in chosen["selection"]["points"]:
    index = int(point["customdata"] if isinstance(point["customdata"], int) else point["customdata"][0])
    st.image(images.pixels[index, 0], caption=f"image {index}", width=112)

"""The baseline: a stock slider and a stock image, as Streamlit apps usually do it. ``streamlit run`` serves it."""

import numpy as np
import streamlit as st

from explorer.inference import decode
from explorer.runs import find_run, load_run

run = find_run("mnist-16d")
z = np.zeros((1, 16), np.float32)
z[0, 15] = st.slider("z15", -4.0, 4.0, 0.0, 0.01)
st.image(decode(load_run(run), z)[0, 0], width=336)

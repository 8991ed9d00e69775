"""The baseline: upload and reconstruction as Streamlit apps usually do them. ``streamlit run`` serves it."""

import numpy as np
import streamlit as st
from PIL import Image

from explorer.inference import model_of, reconstruct
from explorer.runs import find_run, load_run

model = model_of(load_run(find_run("mnist-16d")))
file = st.file_uploader("Your image")
if file is not None:
    image = Image.open(file).convert("L").resize((28, 28))
    result = reconstruct(model, np.asarray(image)[None, None])[0]
    st.image(result.original[0], caption="input", width=280)
    st.image(result.decoded[0], caption=f"reconstruction of {file.name}", width=280)

"""The page of two canvases with the routes that components need; ``streamlit run`` serves it."""

from pathlib import Path

import streamlit as st

from explorer.ui.components.modules import module_routes

app = st.App(Path(__file__).with_name("canvas_page.py"), routes=module_routes())

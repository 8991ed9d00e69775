"""The Streamlit part: what pages share, components for the browser, and a folder of widgets for each page."""

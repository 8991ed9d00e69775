"""Addresses of ours below Streamlit's base path."""

from __future__ import annotations

import streamlit as st


def below_base(route: str) -> str:
    """A route of ours below Streamlit's base path, which Streamlit gives to its own routes only."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{route}" if base else route

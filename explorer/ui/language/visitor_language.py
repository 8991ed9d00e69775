"""The language in which a visitor reads the pages: the browser's, or another that he chooses."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.base.languages import ENGLISH, LANGUAGES, closest_language, speak_as

LANGUAGE = "language"
LINK = "lang"  # the query parameter: a reload and a shared link keep the choice


def begin_language() -> None:
    """Before anything is drawn: the link's language, else that of the visit, else the browser's."""
    speak_as(visitor_language)
    linked = st.query_params.get(LINK)
    if linked in LANGUAGES:
        st.session_state[LANGUAGE] = linked
    elif LANGUAGE not in st.session_state:
        st.session_state[LANGUAGE] = closest_language(st.context.locale)


def visitor_language() -> str:
    """The language of the visitor for whom this thread draws; English in threads that draw for none."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return st.session_state.get(LANGUAGE, ENGLISH)


def language_switch() -> None:
    """Draw a button for each other language, by its own name."""
    for language, name in LANGUAGES.items():
        if language != visitor_language():
            st.button(name, key=f"language-{language}", type="tertiary", on_click=choose_language, args=(language,))


def choose_language(language: str) -> None:
    """Speak it from the next run of the script on."""
    st.session_state[LANGUAGE] = language
    st.query_params[LINK] = language

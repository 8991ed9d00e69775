"""One's own runs: what each is, and to explore, rename, download and delete it."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, significant
from explorer.importing import run_archive
from explorer.runs import Run, list_runs, load_run
from explorer.training import delete_run, queue, rename_run, size_bytes
from explorer.ui.common import explore_button, plain, state
from explorer.ui.library.attempts import attempt, errors_of_attempts

FEW = 12  # shown at first
ALL = "own-all"
PROBLEM = "own-problem"  # the error of the last click, and the name of its run


def own_part() -> None:
    """Draw the runs, newest first."""
    runs = [run for run in list_runs() if not run.shipped]
    if not runs:
        st.caption("None yet: train one, or load one.")
        return
    shown = runs if st.session_state.get(ALL) else runs[:FEW]
    show_problem = errors_of_attempts(PROBLEM)
    for run in shown:
        row(run)
        show_problem(run.name)
    if len(shown) < len(runs):
        st.button(f"Show all {len(runs)}", on_click=lambda: st.session_state.update({ALL: True}))


def row(run: Run) -> None:
    """Draw one run and its buttons."""
    facts, usable = described(run)
    with st.container(border=True, key=f"own-{run.name}"):
        left, right = st.columns([1.2, 1], vertical_alignment="center")
        with left:
            st.markdown(f"**{plain(run.name)}**")
            st.caption(plain(facts))
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            explore_button(run, "Explore", disabled=not usable, width="content")
            rename_popover(run)
            download_button(run, usable)
            delete_popover(run)


def described(run: Run) -> tuple[str, bool]:
    """Model, data, size, date and state in words, and whether there is a model to explore."""
    try:
        facts = queue.summary(run)
        created = run.config().created[:10]
    except ExplorerError as error:
        return f"It cannot be read: {error.message}", False
    data = facts["dataset"].removeprefix("folder:").removeprefix("arrays:").rpartition("/")[2] or "no images"
    size = f"{significant(size_bytes(run) / 1e6)} MB"
    parts = [facts["model"], data, f"{facts['latent']} dimensions", size, created, facts["state"]]
    return ", ".join(part for part in parts if part), run.has_weights


def rename_popover(run: Run) -> None:
    """Draw the choice of another name."""
    with st.popover("Rename", icon=":material/edit:"):
        key = f"own-name-{run.name}"
        st.text_input("New name", run.name, key=key)
        st.button("Rename", key=f"own-rename-{run.name}", on_click=attempt, args=(PROBLEM, run.name, rename, run, key))


def download_button(run: Run, usable: bool) -> None:
    """Draw the download of the run as one file."""
    st.download_button(
        "Download", lambda: run_archive(load_run(run)), f"{run.name}.zip", "application/zip",
        key=f"own-download-{run.name}", on_click="ignore", icon=":material/download:", disabled=not usable,
    )  # fmt: skip


def delete_popover(run: Run) -> None:
    """Draw the question, and the button that deletes."""
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("Weights, maps and measures go with it.")
        st.button("Delete for good", key=f"own-delete-{run.name}", type="primary", on_click=attempt,
                  args=(PROBLEM, run.name, delete, run))  # fmt: skip


def rename(run: Run, key: str) -> None:
    """Give the run the name in the field; the picker and the training that is watched follow it."""
    renamed = rename_run(run, st.session_state[key].strip())
    if st.session_state.get(state.MODEL) == run.name:
        state.select_run(renamed.name)
    if state.training_run() == run.name:
        state.watch_training(renamed.name)


def delete(run: Run) -> None:
    """Delete the run; its training is watched no more."""
    delete_run(run)
    if state.training_run() == run.name:
        state.watch_training(None)

"""Load a model that was made elsewhere: its files, a name, a data set, and what the files leave open."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer.base import ExplorerError, settings
from explorer.base.languages import N_, _
from explorer.importing import Conventions, import_model, model_folders, uploaded
from explorer.runs import Run
from explorer.training import presets
from explorer.training.own_runs import delete_run, rename_run
from explorer.ui.common import errors_shown
from explorer.ui.library.conventions import said_conventions
from explorer.ui.library.loaded import loaded_model

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOADED = "loaded-model"
MOST_MB = 512  # a file


@dataclass(frozen=True)
class Chosen:
    """What the form says: files or else a folder, the run's name, the data set, and the conventions."""

    files: list[UploadedFile]
    folder: Path | None
    name: str | None
    dataset: str | None
    said: Conventions


def load_part(below: DeltaGenerator) -> None:
    """Draw the form, and ``below`` what the last model was taken for."""
    chosen = None
    with errors_shown():
        chosen = form()
        nothing = not chosen.files and chosen.folder is None  # or uploads are still on their way
        if st.button(_("Load"), type="primary", icon=":material/upload_file:", key="load", disabled=nothing,
                     help=_(LOAD_HELP) if nothing else None):  # fmt: skip
            load(chosen)
    name = st.session_state.get(LOADED)
    if name is None:
        st.caption(_(ACCEPTED))
        return
    with below, errors_shown():
        if (other := loaded_model(name)) is not None and chosen is not None:
            load_again(chosen, other, name)


def form() -> Chosen:
    """Draw the form."""
    files = st.file_uploader(
        _("The model's files"),
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key="load-files",
        help=_(FILES_HELP),
    )
    folder = None if files else folder_field()
    name, data = st.columns(2)
    with name:
        wanted = st.text_input(_("Name"), placeholder=_("made up"), key="load-name", persist_state="session")
    with data:
        dataset = dataset_field()
    with st.expander(_("More")):
        said = said_conventions()
    return Chosen(files, folder, wanted or None, dataset, said)


def dataset_field() -> str | None:
    """Draw the choice of the images; ExplorerError for others than those on offer, such as a path from a visitor."""
    offers = presets.offers()
    chosen = st.selectbox(
        _("Data set"), [None, *offers], format_func=lambda name: presets.dataset_title(name) if name else _("None"),
        key="load-data", help=_(DATA_HELP), persist_state="session",
    )  # fmt: skip
    if chosen is not None and chosen not in offers:
        raise ExplorerError(_("That data set is not on offer here."), _("Choose one from the list."))
    return chosen


def folder_field() -> Path | None:
    """Draw the choice among the folders of models in the data folder, where there are any."""
    root = settings().data
    folders = [str(path.relative_to(root)) for path in model_folders(root)]
    if not folders:
        return None
    chosen = st.selectbox(_("or a folder in the data folder"), [None, *folders],
                          format_func=lambda one: one or _("None"),
                          key="load-folder", persist_state="session")  # fmt: skip
    return root / chosen if chosen in folders else None


def load(chosen: Chosen) -> None:
    """Import the model and draw the page again, with the run in the picker.

    Raises ExplorerError where it cannot be imported.
    """
    with reading():
        st.session_state[LOADED] = imported(chosen, chosen.said, chosen.name).name
    st.rerun()


def load_again(chosen: Chosen, said: Conventions, name: str) -> None:
    """Import the model as other conventions would have it, in place of the run that there is."""
    with reading():
        run = imported(chosen, said, None)
        delete_run(Run(run.path.parent / name))
        rename_run(run, name)
    st.rerun()


def reading() -> AbstractContextManager[None]:
    """Draw a spinner around all that belongs together: as it ends, the script may be stopped to draw the page anew."""
    return st.spinner(_("Reading the model"))


def imported(chosen: Chosen, said: Conventions, name: str | None) -> Run:
    """The run made of what was chosen."""
    if chosen.folder is not None:
        return import_model(chosen.folder, name, chosen.dataset, said)
    with uploaded([(file.name, file.getvalue()) for file in chosen.files]) as place:
        return import_model(place, name, chosen.dataset, said)


ACCEPTED = N_(
    "Weights of a known layout with the JSON files beside them (.pt, .pth, .ckpt, .safetensors), an encoder and a "
    "decoder as ONNX, a model that was downloaded here (.zip), or latents alone (.npz, .parquet). What was recognised "
    "is then said here."
)
FILES_HELP = N_("All files of one model, or a zip of them. Nothing in them is run.")
LOAD_HELP = N_("Drop the model's files above, or choose a folder.")
DATA_HELP = N_("The images to see the model with, resized to its shape. Without them Explore and Image work.")

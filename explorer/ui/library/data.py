"""Images that visitors bring: dropped, named, looked at, trained on, deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from explorer.base import ExplorerError, duration, significant
from explorer.base.languages import N_, _
from explorer.datasets import report_sentences
from explorer.datasets.uploads import MOST_MB, Upload, bring, delete_upload, read_samples, suggested_name, uploaded_sets
from explorer.runs import list_runs
from explorer.ui.common import Picture, errors_shown, pictures, plain
from explorer.ui.library.attempts import attempt, errors_of_attempts

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TURN = "data-turn"  # how often files were taken; a new uploader each time, so that the server lets go of the old ones
NEWEST = "data-newest"  # the name of the set that was brought last
PROBLEM = "data-problem"  # the error of the last click, and the name of its set
COLUMNS = 12
MOST_RUNS = 3  # are named


def data_part(train_on: Callable[[str], None], below: DeltaGenerator) -> None:
    """Draw the form, and ``below`` the sets that were brought.

    ``train_on`` is called with the name of one to be trained on.
    """
    with errors_shown():
        files, name = form()
        if st.button(_("Add"), type="primary", icon=":material/add_photo_alternate:", disabled=not files,
                     help=None if files else _(NOTHING)):  # fmt: skip
            add(files, name)
    st.caption(_(TAKEN))
    with below:
        brought_sets(train_on)


def brought_sets(train_on: Callable[[str], None]) -> None:
    """Draw the sets that were brought."""
    sets = uploaded_sets()
    if not sets:
        st.caption(_("No images were brought yet."))
    show_problem, trained = errors_of_attempts(PROBLEM), trained_on() if sets else {}
    for upload in sets:
        row(upload, train_on, trained.get(upload.dataset, []))
        show_problem(upload.name)


def form() -> tuple[list[UploadedFile], str]:
    """Draw the form; the files, and the name that is to be given."""
    turn = st.session_state.get(TURN, 0)
    files = st.file_uploader(
        _("Images"),
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=f"data-files-{turn}",
        help=_(FILES_HELP).format(megabytes=MOST_MB),
    )
    suggested = suggested_name(files[0].name) if files else ""
    name = st.text_input(_("Name"), placeholder=suggested or _("after the file"), key=f"data-name-{turn}")
    return files, name.strip() or suggested


def add(files: list[UploadedFile], name: str) -> None:
    """Make a data set of the files, and draw the page again, with an empty form.

    Raises ExplorerError where they are none.
    """
    place = st.empty()
    try:
        bring([(file.name, file) for file in files], name, progress_in(place))
    finally:
        place.empty()
    st.session_state[NEWEST] = name
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()


def progress_in(place: st.delta_generator.DeltaGenerator) -> Callable[[float], None]:
    """A progress bar with the time left; what is called with the share that is done."""
    bar, begun_s, shown_s = place.progress(0.0, _("Writing the files")), time.monotonic(), 0.0

    def show(share: float) -> None:
        nonlocal shown_s
        now_s = time.monotonic()
        if share < 1 and now_s - shown_s > STEP_S:
            shown_s = now_s
            left = duration((now_s - begun_s) * (1 - share) / max(share, 0.01))
            bar.progress(share, _("Unpacking, {duration} left").format(duration=left))
        elif share >= 1:
            bar.progress(1.0, _("Reading the images"))

    return show


STEP_S = 0.2  # between two pictures of the progress


def row(upload: Upload, train_on: Callable[[str], None], runs: list[str]) -> None:
    """Draw one set, on which ``runs`` were trained: what it is, what was found, its samples, and its buttons."""
    with st.container(border=True, key=f"data-{upload.name}"):
        left, right = st.columns([1.6, 1], vertical_alignment="center")
        with left:
            st.markdown(f"**{plain(upload.name)}**")
            st.caption(plain(described(upload)))
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            st.button(_("Train on it"), key=f"data-train-{upload.name}", icon=":material/play_arrow:",
                      on_click=train_on, args=(upload.dataset,))  # fmt: skip
            delete_popover(upload, runs)
        with st.expander(_("What was found"), expanded=upload.name == st.session_state.get(NEWEST)), errors_shown():
            found(upload)


def described(upload: Upload) -> str:
    """Number of images, classes, size and date, in a line."""
    report = upload.report
    parts = [
        _("{n:,} images").format(n=report.train + report.test),
        _("{n} classes").format(n=len(report.classes)) if report.classes else _("no classes"),
        f"{significant(upload.n_bytes / 1e6)} MB", upload.created[:10],
    ]  # fmt: skip
    return _(", ").join(parts)


def found(upload: Upload) -> None:
    """Draw what was found and refused, and the samples."""
    sentences = report_sentences(upload.report, upload.duplicates)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    pixels, labels = read_samples(upload.name)
    classes = [""] * len(pixels) if labels is None else [upload.classes[label] for label in labels]
    shown = [Picture(image, label, _(", ").join(filter(None, (_("sample {number}").format(number=i), label))))
             for i, (image, label) in enumerate(zip(pixels, classes, strict=True), 1)]  # fmt: skip
    pictures(shown, COLUMNS, "thumbnails")


def delete_popover(upload: Upload, runs: list[str]) -> None:
    """Draw the question, and the button that deletes."""
    with st.popover(_("Delete"), icon=":material/delete:"):
        st.markdown(plain(consequence(runs)))
        st.button(_("Delete for good"), key=f"data-delete-{upload.name}", type="primary", on_click=attempt,
                  args=(PROBLEM, upload.name, delete_upload, upload.name))  # fmt: skip


def consequence(names: list[str]) -> str:
    """What becomes of the models of these names, which were trained on a set, in a sentence or two."""
    if not names:
        return _("The images are deleted. No model was trained on them.")
    named = _(", ").join(names[:MOST_RUNS])
    if len(names) > MOST_RUNS:
        named = _("{names} and {n} more").format(names=named, n=len(names) - MOST_RUNS)
    text = _("The images are deleted. Models that were trained on them stay ({names}), but Map and Image miss them.")
    return text.format(names=named)


def trained_on() -> dict[str, list[str]]:
    """The names of the runs that were trained on each data set; those that cannot be read are left out."""
    names: dict[str, list[str]] = {}
    for run in list_runs():
        with suppress(ExplorerError, KeyError):
            names.setdefault(str(run.config().training["dataset"]), []).append(run.name)
    return names


TAKEN = N_(
    "One zip of a folder of images, its folders being the classes; one set of arrays (.npz, .npy, .csv, IDX, .parquet, "
    "also in a zip); or images as they are. They lie on the server, and everyone who uses it sees them."
)
FILES_HELP = N_("At most {megabytes} MB. Archives are unpacked with care; nothing in them is run.")
NOTHING = N_("Drop the images above.")

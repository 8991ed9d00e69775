"""Evaluation of many images at once: progress, and a table of the results."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.base import counted, duration
from explorer.base.languages import N_, _, translate_stored
from explorer.image_lab import BatchWork, Reference, Uploads, csv_bytes
from explorer.maps import LATENT_NEIGHBOURS
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import METHOD, cached, download, plain, show_error, state
from explorer.ui.image import batch_state, cached_scores
from explorer.ui.image.visitor import has_left

BATCH_POLL_S = 0.5
BATCH_ROW_HEIGHT = 40
TABLE_HEIGHT = 430
TEXTS = ["original", "decoded", "error", "nearest_class"]  # columns where nothing is said by no text
UPLOAD_HELP = N_(
    "Each is prepared as a single upload, by the automatic choices. They are used for this table only and not kept."
)
FORMER_WEIGHTS = N_("All rows are of the weights that the model had when the batch began; it has new ones by now.")
ABSENT_COLUMNS = {
    "elbo_nats": N_("No ELBO: {reason}"),
    "percentile": N_("No percentile: {reason}"),
    "nearest_class": N_("No class: {reason}"),
}
COLUMNS_HELP = {
    "percentile": N_("How surprising: the share of held-out images that are less so."),
    "class": N_("The commonest class among the {neighbours} held-out images nearest by μ."),
    "mse": N_("Mean squared error per pixel of the reconstruction, pixels in [0, 1]."),
    "x": N_("Its place on the run's t-SNE, where it keeps one."),
}


def image_batch(run: LoadedRun) -> None:
    """Draw the tab: the uploader, then the progress or the table."""
    if lack := cached.no_latents(run):
        text = _("Without percentiles, nearest classes and places on a map. {reason}")
        st.caption(text.format(reason=plain(str(lack))))
    uploader(run)
    work = batch_state.batch(run)
    if work is not None:
        running = work.running
        st.fragment(batch, run_every=BATCH_POLL_S if running else None)(run, work, running)


def uploader(run: LoadedRun) -> None:
    """Where the files come from; they are taken over at once."""
    before = batch_state.batch(run)
    key = f"batch-{run.name}-{before.number if before else 0}"  # a new key empties it once its files are taken over
    files = st.file_uploader(_("Images, or a zip of them"), accept_multiple_files=True, key=key, help=_(UPLOAD_HELP))
    if files:
        uploads = Uploads([(file.name, file.getvalue()) for file in files])
        batch_state.begin_batch(run, BatchWork(reference(run), uploads, has_left()))
        st.rerun()


def reference(run: LoadedRun) -> Reference:
    """What images are held against here."""
    from explorer.inference import model_of

    latents = cached.latents_if_any(run)
    projection = cached.projection(run, METHOD) if len(latents) else None
    map_index = None if projection is None else cached.map_index(run, projection, latents)
    return Reference(run, model_of(run), latents, cached_scores.score_quantiles(run), map_index)


def batch(run: LoadedRun, work: BatchWork, polling: bool) -> None:
    """How far it is, or what came of it."""
    running = work.running
    if running:
        under_way(work)
    else:
        finished(run, work)
    if running != polling:
        st.rerun()  # once, so that the page no longer looks


def under_way(work: BatchWork) -> None:
    """Progress, time left, and the button that ends it."""
    done, total = len(work.lines), len(work.uploads)
    bar, button = st.columns([4, 1], vertical_alignment="center")
    bar.progress(done / total, text=progress_text(work))
    button.button(_("Stop"), icon=":material/stop:", key="batch-stop", width="stretch", on_click=work.cancel)


def progress_text(work: BatchWork) -> str:
    """How far it is, and how long it will take."""
    left = work.seconds_left
    if work.started is None:
        text = _("{done:,} of {total:,} images, waiting for its turn")
    elif left is None:
        text = _("{done:,} of {total:,} images, starting")
    else:
        text = _("{done:,} of {total:,} images, {duration} left")
    return text.format(done=len(work.lines), total=len(work.uploads), duration=duration(left or 0))


def finished(run: LoadedRun, work: BatchWork) -> None:
    """The table, what it holds in a sentence, and the file."""
    if work.error is not None:
        show_error(work.error)
    if not work.lines:
        st.caption(_("Stopped before the first image was done."))
        return
    st.markdown(batch_sentence(work))
    if work.reference.run.weights_sha256 != run.weights_sha256:
        st.caption(_(FORMER_WEIGHTS))
    for column, why in work.reference.absent.items():
        reason = translate_stored(why)
        st.caption(_(ABSENT_COLUMNS[column]).format(reason=reason[0].lower() + reason[1:]))
    with st.container(key="batch-result"):
        chosen = batch_table(work)
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        if chosen is None:
            st.caption(_("Click a column to sort by it; choose a row to look at its image."))
        else:
            bring(work, chosen)
    with right:
        rows = [line.row for line in work.lines]
        download("CSV", f"{run.name}-batch.csv", "text/csv", lambda: csv_bytes(rows))


def batch_sentence(work: BatchWork) -> str:
    """How many went through, and how many did not."""
    refused = sum(line.row.error is not None for line in work.lines)
    through = len(work.lines) - refused
    text = f"**{counted(through, 'image')}**"
    if refused:
        text = _("{images}, {refused:,} refused").format(images=text, refused=refused)
    if work.stopped:
        text = _("{result}; stopped after {done:,} of {total:,}").format(
            result=text, done=len(work.lines), total=len(work.uploads)
        )
    return text


def batch_table(work: BatchWork) -> int | None:
    """Draw the table; the number of the line that is chosen."""
    frame = _frame(work.number, len(work.lines), work).copy()
    if "error" in frame:
        frame["error"] = frame["error"].map(translate_stored)
    event: Any = st.dataframe(
        frame,
        key=f"batch-table-{work.number}",
        height=min(TABLE_HEIGHT, BATCH_ROW_HEIGHT * (len(frame) + 1)),
        row_height=BATCH_ROW_HEIGHT,
        hide_index=True,
        column_config=batch_columns(work.reference.run),
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = event.selection.rows
    return int(frame.index[rows[0]]) if rows else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _frame(number: int, lines: int, _work: BatchWork) -> Any:
    return frame_of(_work)


def frame_of(work: BatchWork) -> Any:
    """The lines as a table, those that were refused first; columns without any value are left out.

    Its index is each line's number.
    """
    import pandas

    rows = [{"original": line.original, "decoded": line.decoded, **vars(line.row)} for line in work.lines]
    frame = pandas.DataFrame(rows, columns=list(batch_columns(work.reference.run))).dropna(axis=1, how="all")
    texts = frame.columns.intersection(TEXTS)
    frame[texts] = frame[texts].fillna("")
    return frame.loc[(frame["error"] == "").sort_values(kind="stable").index] if "error" in frame else frame


def batch_columns(run: LoadedRun) -> dict[str, Any]:
    """What each column is called and how it is shown."""
    config = st.column_config
    class_help = _(COLUMNS_HELP["class"]).format(neighbours=LATENT_NEIGHBOURS)
    return {
        "original": config.ImageColumn(_("original"), width=70, help=_("As the model sees it.")),
        "decoded": config.ImageColumn(_("decoded"), width=70, help=_("From the mean of its posterior.")),
        "file": config.TextColumn(_("file"), width="medium"),
        "error": config.TextColumn(_("refused because"), width="medium"),
        "percentile": config.ProgressColumn(
            _("percentile"), format="%.0f", min_value=0, max_value=100, help=_(COLUMNS_HELP["percentile"])
        ),
        "nearest_class": config.TextColumn(_("class"), width="small", help=class_help),
        "mse": config.NumberColumn("MSE", format="%.4f", help=_(COLUMNS_HELP["mse"])),
        "kl_nats": config.NumberColumn("KL (nats)", format="%.1f"),
        "elbo_nats": config.NumberColumn("ELBO (nats)", format="%.1f", help=nats_note(run)),
        "x": config.NumberColumn("x", format="%.1f", help=_(COLUMNS_HELP["x"])),
        "y": config.NumberColumn("y", format="%.1f", help=_(COLUMNS_HELP["x"])),
    }


def bring(work: BatchWork, chosen: int) -> None:
    """The button that makes a row's image the one of the page."""
    name = work.lines[chosen].row.file
    if st.button(_("Look at {name}").format(name=plain(name)), icon=":material/image_search:", key="batch-bring"):
        source = next(islice(work.uploads, chosen, None))[1]
        assert not isinstance(source, Path)
        state.pick_image(name, source)
        st.rerun()

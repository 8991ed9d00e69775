"""The forms in which people hold a VAE.

To add one: a file beside this one with its ``FORM``, and one line in ``FORMS``.
"""

from collections.abc import Callable

from explorer.base import ExplorerError
from explorer.importing.conventions import Conventions
from explorer.importing.forms import latents, onnx, run, weights
from explorer.importing.forms.form import Form as Form
from explorer.importing.forms.form import Imported as Imported
from explorer.importing.kinds import BRING_STATE_DICT
from explorer.importing.layouts import LAYOUTS
from explorer.importing.source import SourceFiles

FORMS: dict[str, Form] = {
    "run": run.FORM,
    "weights": weights.FORM,
    "onnx": onnx.FORM,
    "latents": latents.FORM,
}


def form_of(source: SourceFiles, wanted: str | None) -> Callable[[SourceFiles, Conventions], Imported]:
    """What reads the files: the form or layout that is ``wanted``, else the first form that accepts them.

    Raises ExplorerError for a form that is not known, and for files that none accepts.
    """
    layout = wanted if wanted in LAYOUTS else None
    if wanted and not layout and wanted not in FORMS:
        raise ExplorerError(f"There is no form '{wanted}'.", f"Choose one of: {', '.join([*FORMS, *LAYOUTS])}.")
    names = ["weights"] if layout else [wanted] if wanted else list(FORMS)
    for name in names:
        if FORMS[name].accepts(source):
            return lambda files, said: FORMS[name].read(files, said, layout)
    kinds = ", ".join(sorted(set(source.kinds.values())))
    raise ExplorerError(f"There is no model in these files ({kinds}).", BRING_STATE_DICT)

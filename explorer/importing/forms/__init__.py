"""The forms in which people hold a VAE.

To add one: a file beside this one with its ``FORM``, and one line in ``FORMS``.
"""

from collections.abc import Callable
from functools import partial

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.conventions import Conventions
from explorer.importing.forms import latents, onnx, run, weights
from explorer.importing.forms.form import Form as Form
from explorer.importing.forms.form import Imported as Imported
from explorer.importing.kinds import BRING_STATE_DICT
from explorer.importing.layouts import LAYOUTS
from explorer.importing.source import SourceFiles
from explorer.importing.statements import completed

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
        raise ExplorerError(
            _("There is no form '{wanted}'.").format(wanted=wanted),
            _("Choose one of: {names}.").format(names=", ".join([*FORMS, *LAYOUTS])),
        )
    names = ["weights"] if layout else [wanted] if wanted else list(FORMS)
    for name in names:
        if FORMS[name].accepts(source):
            return partial(read_as, FORMS[name], layout)
    kinds = ", ".join(sorted(set(source.kinds.values())))
    raise ExplorerError(_("There is no model in these files ({kinds}).").format(kinds=kinds), _(BRING_STATE_DICT))


def read_as(form: Form, layout: str | None, source: SourceFiles, said: Conventions) -> Imported:
    """The model in files of this form, with what the user said and, where it was not, what a file beside it says.

    Raises ExplorerError for what is said in vain, and as ``form.read``.
    """
    vain = [name for name, value in vars(said).items() if value is not None and name not in form.takes]
    if vain:
        takes = ", ".join(form.takes) or "none"
        raise ExplorerError(
            _("For {title}, {names} cannot be chosen.").format(title=form.title, names=" and ".join(vain)),
            _("Leave it out; what can be said: {takes}.").format(takes=takes),
        )
    return form.read(source, completed(said, source.notes), layout)

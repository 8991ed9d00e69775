"""What the forms and layouts are called."""

from __future__ import annotations

from explorer.importing.forms import FORMS
from explorer.importing.layouts import LAYOUTS


def form_title(form: str) -> str:
    """The title of a name in ``FORMS`` or ``LAYOUTS``; of a form that is not known any more its name."""
    return next((table[form].title for table in (FORMS, LAYOUTS) if form in table), form)

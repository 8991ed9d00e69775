"""The image of the page, preprocessed and reconstructed."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from explorer.base.languages import _, translate_stored
from explorer.images import Pixels
from explorer.inference import Reconstruction
from explorer.inference.latent_space import class_name
from explorer.runs import LoadedRun
from explorer.ui.common import PickedImage, cached, errors_shown, explore_here, plain
from explorer.ui.image.preprocessing import model_input


@dataclass(frozen=True)
class Subject:
    """One image under one run's model: all that the tabs of the page need.

    ``pixels`` [C, H, W] are the model's input; ``number`` identifies the uploaded image in widget keys.
    """

    run: LoadedRun
    name: str
    number: int
    pixels: Pixels
    result: Reconstruction

    @property
    def title(self) -> str:
        """The name as the visitor reads it; ``name`` goes into files."""
        return translate_stored(self.name)

    @property
    def key(self) -> str:
        """For widgets that begin anew with each image or model."""
        return f"{self.run.name}-{self.number}"


def image_subject(run: LoadedRun, picked: PickedImage | None) -> Subject | None:
    """Draw the preprocessing of an image; None if there is no image yet."""
    if picked is None or picked.image is None:
        return None
    prepared, beside = model_input(run, picked.image, picked.number)
    subject = None
    with beside, errors_shown():
        result = cached.reconstruction(run, prepared.pixels)
        explore_here(run, result.code)
        guessed_class(run, result)
        subject = Subject(run, picked.name, picked.number, prepared.pixels, result)
    return subject


def guessed_class(run: LoadedRun, result: Reconstruction) -> None:
    """Which class a class-conditional model took the image for."""
    from models import model_spec

    if result.label is not None:
        name = plain(class_name(run, result.label))
        why = model_spec(run.model.name).model.guessed_by
        st.caption(_("Taken for class **{name}**: {reason}.").format(name=name, reason=_(why)))

"""To encode a split may take a while."""

from __future__ import annotations

from explorer.datasets import Split
from explorer.evaluation import Progress
from explorer.latents import Latents, latents_of
from explorer.map_images import NOUNS
from explorer.runs import Run
from explorer.ui.work import Work


class Encoding(Work[Latents]):
    """The latents of a split: read where they are kept, else computed."""

    def __init__(self, run: Run, split: Split) -> None:
        def encode(note: Progress) -> Latents:
            from explorer.decoding import model_of

            return latents_of(run, split, model_of(run), note)

        super().__init__(f"Encoding the {NOUNS[split]}", encode)

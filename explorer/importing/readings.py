"""The ways to read an imported model that the probe tried: what each of them makes of the same images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from explorer.images import Pixels
from explorer.importing.probe import Reading
from explorer.inference.likelihood import unit_pixels
from explorer.runs import LoadedRun, load_model


def reading_of(row: Mapping[str, Any]) -> Reading:
    """The reading of a row that the probe wrote (``Tried.row``)."""
    first, second = row["places"]
    return Reading(row["pixels"], row["posterior"], row["output"], (first, second))


def distinct_pictures(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The rows whose reconstructions differ: the kind of the spread leaves them as they are."""
    first: dict[Any, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(reading_of(row).as_pictures, place)
    return list(first.values())


def reconstructions(run: LoadedRun, rows: Sequence[Mapping[str, Any]], pixels: Pixels) -> list[Pixels]:
    """What the run's model makes of the images, uint8 [N, C, H, W], when it is read as each row says: as many such."""
    import torch

    from models import OnnxVAE

    model = load_model(run, torch.device("cpu"))
    assert isinstance(model, OnnxVAE)
    x, found = unit_pixels(torch.from_numpy(pixels)), []
    for row in rows:
        config = replace(model.config, **reading_of(row).options(model.config.likelihood))
        read = OnnxVAE.of_graphs(config, {"encoder": model.encoder, "decoder": model.decoder}).eval()
        with torch.inference_mode():
            decoded = read.decode(read.encode(x).mu).clamp(0, 1)
        found.append((255 * decoded).round().byte().numpy())
    return found

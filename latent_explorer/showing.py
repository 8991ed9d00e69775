"""``show``: a model of this process, or a run, in the app."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer import frames
from latent_explorer.errors import ExplorerError
from latent_explorer.exporting import exported
from latent_explorer.model import Model
from latent_explorer.pictures import UNIT, Ends, array_of, checked, labels_of, shape_of, unit
from latent_explorer.session import SERVED, Session
from latent_explorer.training import kept
from latent_explorer.worker import ask

TRAIN_EVERY = 10  # of the images one is kept as a training image, which some measures need
LEAST = 2  # images


def show(
    encoder: Any, decoder: Any = None, images: ArrayLike | None = None, labels: ArrayLike | None = None, *,
    posterior: str = "mu,logvar", pixels: Ends = UNIT, likelihood: str | None = None, name: str | None = None,
    block: bool = False,
) -> Session:  # fmt: skip
    """Show a VAE in the app: in a frame of the notebook, else in the browser.

    The modules are exported as ONNX and become a run, as ``latent-explorer import`` makes one: it stays when the
    session is closed. They are left as they are, in their mode and on their device.

    Parameters
    ----------
    encoder : a torch module, or any function that ``torch.onnx`` or ``torch.export`` can take, from images to the
        posterior; or a run by its name or as a ``Model``, and nothing else.
    decoder : the same from z to images, which may be flat.
    images : to see it with: [N, H, W], [N, H, W, C], [N, C, H, W] or flat rows. The encoder is given the first layout
        that it takes of these, beginning with the one here. One in ten counts as a training image, which some measures
        need; the map shows all under "All".
    labels : the class of each image, whole numbers or texts: [N].
    posterior : what the encoder returns: "mu"; "mu,logvar", "mu,sigma" or "mu,log_sigma" in two tensors; with ":joined"
        or ":interleaved" in one.
    pixels : the values of black and white that the modules take, and of ``images``; uint8 is 0 to 255 whatever it says.
    likelihood : of a pixel given z, a name of docs/models/likelihoods.md; None for unknown: then no ELBO is shown.
    name : of the run; made up where it is None.
    block : whether to wait for Ctrl-C, as a script must that ends afterwards: the app ends with it.

    Raises
    ------
    ExplorerError
        For modules that cannot be exported, outputs of no known convention, images and labels that do not fit, and a
        port in use.

    Examples: docs/api.md.
    """
    by_name = isinstance(encoder, (str, os.PathLike, Model))
    if by_name and not all(given is None for given in (decoder, images, labels)):
        raise ExplorerError("A run is shown with its own decoder and images.", "Give its name alone.")
    if not by_name and images is None:
        raise ExplorerError("There are no images to see the model with.", "Call show(encoder, decoder, images).")
    said = {"posterior": posterior, "pixels": pixels, "likelihood": likelihood}
    with SERVED.meanwhile():
        session = Session(
            *(shown_run(encoder) if images is None else brought(encoder, decoder, images, labels, said, name))
        )
    frames.show_page(session.url)
    if block:
        session.wait()
    return session


def shown_run(run: str | os.PathLike[str] | Model) -> tuple[str, None]:
    """The name of a run, as the app's picker has it. Raises ExplorerError for a folder that the app does not list."""
    facts, _ = ask("load", run=run.path if isinstance(run, Model) else os.fspath(run))
    name = str(facts["name"])
    try:
        listed, _ = ask("load", run=name)
    except ExplorerError:
        listed = {"path": None}
    if listed["path"] != facts["path"]:
        raise ExplorerError(
            f"{facts['path']} does not lie in the folder of the runs.",
            "Move it there, or set EXPLORER_RUNS to its folder.",
        )
    return name, None


def brought(
    encoder: Any, decoder: Any, images: ArrayLike, labels: ArrayLike | None, said: dict[str, Any], name: str | None
) -> tuple[str, dict[str, NDArray[np.int64]]]:
    """The run that modules become, and of each split that its map shows the places of the images among ``images``."""
    low, high = checked(said["pixels"])
    given = array_of(images, "images")
    shape, found = shape_of(given), unit(given, (low, high))
    if len(found) < LEAST:
        raise ExplorerError(f"There is {len(found)} image.", f"Bring {LEAST} at least, better some hundred.")
    classes = None if labels is None else labels_of(labels, len(found))
    stated = {**said, "pixels": f"{low:g},{high:g}", "shape": list(shape)}
    ask("stated", said=stated, name=name)
    files, known = exported(encoder, decoder, shape, given.shape[1:], said["posterior"])
    splits = splits_of(len(found))
    dataset = kept(found, classes, name or "images", splits)
    contents = [np.frombuffer(content, np.uint8) for content in files.values()]
    facts, _ = ask(
        "imported", *contents, files=list(files), dataset=dataset, name=name, source=[titled(encoder), titled(decoder)],
        said={**stated, "posterior": known["posterior"], "layout": "NCHW"},
    )  # fmt: skip
    train, test = (np.flatnonzero(splits == split) for split in ("train", "test"))
    return str(facts["run"]), {"train": train, "test": test, "all": np.concatenate([train, test])}


def splits_of(n: int) -> NDArray[np.str_]:
    """The split of each image: one of ``TRAIN_EVERY`` to train, at least one, the others to test."""
    test = np.arange(n) % TRAIN_EVERY != min(n, TRAIN_EVERY) - 1
    return np.where(test, "test", "train")


def titled(function: Any) -> str:
    """What a function or a module is called."""
    return str(getattr(function, "__qualname__", type(function).__name__))

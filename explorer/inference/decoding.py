"""The decode service: models loaded once and kept warm on the device, for every visitor of this process.

One thread decodes for all: requests that arrive while it is busy are decoded together as its next batch, and the
event loop never waits for torch.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from concurrent.futures import Future
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, resolve_device
from explorer.base.languages import _
from explorer.base.threads import threads_here
from explorer.images import Pixels
from explorer.inference.run_parts import require
from explorer.runs import LoadedRun, Run, WeightsReplacedError, load_model, load_run

if TYPE_CHECKING:
    from models import VAE

MAX_MODELS = 8
BATCH = 512
RACES = 10  # attempts to load weights before their training replaces them
FEW_ROWS = 16  # images; so few are decoded sooner by the service than by a newly started thread pool


class ModelCache:
    """The most recently used models, by the path and weights' hash of their run. Safe to use from many threads.

    Who asks for a model that is being read waits for that one reading; those who ask for others do not wait.
    """

    def __init__(self, size: int = MAX_MODELS) -> None:
        self.size = size
        self.lock = threading.Lock()  # of the table; never held while files are read
        self.models: OrderedDict[tuple[str, str], Future[VAE]] = OrderedDict()

    def get(self, run: LoadedRun) -> VAE:
        """The model with the weights of ``run``, read from its files unless it is kept. Raises as ``load_model``."""
        with self.lock:
            model = self.models.get(run.key)
            if first := model is None:
                model = self.models[run.key] = Future()
                while len(self.models) > self.size:
                    self.models.popitem(last=False)
            self.models.move_to_end(run.key)
        if first:
            self.read(run, model)
        return model.result()

    def read(self, run: LoadedRun, model: Future[VAE]) -> None:
        """Read the model for all who wait for it; what fails is not kept, so that the next one tries again."""
        try:
            model.set_result(load_model(run, resolve_device()))
        except BaseException as error:
            with self.lock:
                if self.models.get(run.key) is model:
                    del self.models[run.key]
            model.set_exception(error)


MODEL_CACHE = ModelCache()


def model_of(run: LoadedRun) -> VAE:
    """The model with the weights of ``run``, kept warm.

    Raises WeightsReplacedError where the run has other weights by now and these are kept no more, ExplorerError when
    its files are missing or damaged.
    """
    return MODEL_CACHE.get(run)


def load_with_model(run: Run) -> tuple[LoadedRun, VAE]:
    """The run as it is now, and the model with these very weights.

    Looks again while a training replaces the weights. Raises ExplorerError when files are missing or damaged.
    """
    for _attempt in range(RACES):
        loaded = load_run(run)
        with contextlib.suppress(WeightsReplacedError):
            return loaded, model_of(loaded)
    raise WeightsReplacedError(run.name)


def decode(run: LoadedRun, z: NDArray[np.floating]) -> Pixels:
    """The mean images of codes (``explorer.inference.latent_space``): [N, K] -> uint8 [N, C, H, W].

    Raises ExplorerError if z does not fit the model or is not finite, and where the run has no decoder.
    """
    require(run, "decoder")
    model = model_of(run)
    z = np.asarray(z, np.float32)
    if z.ndim != 2 or z.shape[1] != model.code:
        raise ExplorerError(f"z has shape {list(z.shape)}.", f"{run.name} takes rows of {model.code} numbers.")
    if not np.isfinite(z).all():
        raise ExplorerError(_("z holds values that are not finite."), _("Use ordinary numbers."))
    if not 0 < len(z) <= FEW_ROWS:
        return decode_with(model, z)
    asked = [decode_service().submit(model, row) for row in z]
    return np.stack([one.result() for one in asked])


def decode_with(model: VAE, z: NDArray[np.float32]) -> Pixels:
    """As ``decode``, for a valid z [N, K], on the calling thread: uint8 [N, C, H, W]."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        pictures = [
            (model.decode(part.to(device)) * 255).round().to(torch.uint8).cpu()
            for part in torch.from_numpy(z).split(BATCH)
        ]
    return torch.cat(pictures).numpy()


class Request(NamedTuple):
    """A pending request for one image."""

    model: VAE
    z: NDArray[np.float32]  # [K]
    answer: Future[Pixels]  # [C, H, W]


class DecodeService:
    """Decodes single z for many visitors, batched across them."""

    def __init__(self) -> None:
        self.requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        threading.Thread(target=self.work, name="decode", daemon=True).start()

    def submit(self, model: VAE, z: NDArray[np.float32]) -> Future[Pixels]:
        """Request the image of z, [K]; thread-safe and non-blocking."""
        answer: Future[Pixels] = Future()
        self.requests.put(Request(model, z, answer))
        return answer

    def work(self) -> None:
        """Endless loop: take all pending requests and decode them model by model.

        On the CPU with one thread: a thread pool would wait for its slowest thread, which a busy machine delays.
        """
        with threads_here(1):
            while True:
                for batch in self.batches():
                    self.answer(batch)

    def batches(self) -> Iterable[list[Request]]:
        """The pending requests, at least one, by model."""
        waiting = [self.requests.get()]
        while not self.requests.empty() and len(waiting) < BATCH:
            waiting.append(self.requests.get())
        by_model: dict[int, list[Request]] = defaultdict(list)
        for request in waiting:
            by_model[id(request.model)].append(request)
        return by_model.values()

    def answer(self, batch: list[Request]) -> None:
        """Decode one model's requests together; an exception is set on their futures."""
        try:
            pictures = decode_with(batch[0].model, np.stack([request.z for request in batch]))
        except Exception as error:  # the thread must outlive any one batch
            for request in batch:
                if request.answer.set_running_or_notify_cancel():
                    request.answer.set_exception(error)
            return
        for request, picture in zip(batch, pictures, strict=True):
            if request.answer.set_running_or_notify_cancel():
                request.answer.set_result(picture)


@cache
def decode_service() -> DecodeService:
    """The one service of this process."""
    return DecodeService()

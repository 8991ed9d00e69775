"""How long a training will take, estimated from one second of training on random images in another process.

The page polls ``expected_s``; each combination of options that affects the speed is measured once, in the order of
asking. What nobody asks for any more gives way, and what hangs is ended.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from explorer.base import PROJECT, ExplorerError, resolve_device
from explorer.datasets import Images
from explorer.inference.likelihood import evaluate
from explorer.runs.tasks import environment, lower_priority
from explorer.training.config import TrainConfig, effective_batch
from explorer.training.hooks import Hooks, Tick
from explorer.training.memory import check_memory, step_memory
from explorer.training.presets import channels_ahead, classes_ahead, images_to_train, validation_ahead
from explorer.training.setup import frame_for, model_options, shapes_of
from explorer.training.step_costs import step_text
from explorer.training.trainer import fit
from explorer.training.validation import with_validation

if TYPE_CHECKING:
    from explorer.images import Pixels
    from models import VAE, ModelSpec

BUDGET_S = 1.0
START_S = 3.0  # a process, torch, the data
LIMIT_S = 180.0  # for one measurement, start and compilation included; what takes longer hangs
LEFT_S = 10.0  # without a poll, after which whoever asked has left the page
MOST_BYTES = 2**26  # of random images
MOST_VALUES = 2**21  # pixel values of a batch that is timed: large images are timed a few at a time
TRAIN_PER_TEST = 6  # about so many images are trained on for each that is tested, as in MNIST
# The options that the speed depends on; the others keep their defaults.
MATTERS = (
    "dataset", "model", "latent", "hidden", "architecture", "width",
    "activation", "likelihood", "samples", "batch_size", "side", "size", "device", "binarise", "augment", "amp",
    "compile", "ema",
)  # fmt: skip


@dataclass(frozen=True)
class SecondsPerImage:
    """Seconds for one image, in training and in evaluation; images and bytes of a step."""

    train_s: float
    test_s: float
    batch: int = 0
    memory_bytes: int = 0


@dataclass
class Measurement:
    """A measurement in progress."""

    key: str
    process: subprocess.Popen[str]
    began: float  # monotonic seconds


class Calibrator:
    """Measures configurations one after another, and keeps the results. Shared by all visitors."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: dict[str, SecondsPerImage | None] = {}  # None: it could not be measured
        self.current: Measurement | None = None
        self.asked: dict[str, float] = {}  # what is to be measured, oldest first, and when it was last asked for

    def seconds_per_image(self, config: TrainConfig) -> SecondsPerImage | None:
        """The measured speed; None while it is unknown, and then its measurement waits or is in progress."""
        key = speed_key(config)
        with self.lock:
            self.collect()
            if key not in self.known:
                self.asked[key] = time.monotonic()
            self.give_way()
            if self.current is None and self.asked:
                first = next(iter(self.asked))
                self.current = Measurement(first, started(first), time.monotonic())
            return self.known.get(key)

    def measured(self, config: TrainConfig) -> bool:
        """Whether the measurement is over, successful or not."""
        return speed_key(config) in self.known

    def collect(self) -> None:
        """Keep the result of a measurement that has ended; one that hangs is ended, without a result."""
        if self.current is None:
            return
        key, late = self.current.key, time.monotonic() - self.current.began > LIMIT_S
        if self.current.process.poll() is None and not late:
            return
        self.known[key] = read_measurement(self.end())
        self.asked.pop(key, None)

    def give_way(self) -> None:
        """Forget what nobody asks for any more; where another waits, end its measurement too."""
        now = time.monotonic()
        self.asked = {key: when for key, when in self.asked.items() if now - when <= LEFT_S}
        if self.current is not None and self.asked and self.current.key not in self.asked:
            self.end()

    def end(self) -> str:
        """What the present measurement has printed, after ending it where it still runs."""
        assert self.current is not None
        process, self.current = self.current.process, None
        process.kill()
        return process.communicate()[0]

    def drop(self) -> None:
        """Kill a measurement in progress, because a training starts and needs the machine; nothing waits then."""
        with self.lock:
            self.asked.clear()
            if self.current is not None:
                self.end()


CALIBRATOR = Calibrator()


def expected_s(config: TrainConfig) -> float | None:
    """Estimated duration of the training on this machine, in seconds; None while it is unknown."""
    speed = CALIBRATOR.seconds_per_image(config)
    if speed is None:
        return None
    n = images_to_train(config.dataset)
    held = with_validation(config, n, validation_ahead(config.dataset)).validation or 0
    trained, evaluated = max(n - held, 0), n / TRAIN_PER_TEST + held
    return START_S + config.epochs * (trained * speed.train_s + evaluated * speed.test_s)


def expected_step(config: TrainConfig) -> str:
    """The time and memory of a step, '350 ms and 1.2 GB of memory'; "" while they are unknown."""
    speed = CALIBRATOR.known.get(speed_key(config))
    if speed is None or not speed.batch:
        return ""
    return step_text(speed.batch * speed.train_s, speed.memory_bytes)


def speed_key(config: TrainConfig) -> str:
    """The options that the speed depends on, as JSON."""
    values = asdict(config)
    return json.dumps({name: values[name] for name in MATTERS if name in values})


def started(key: str) -> subprocess.Popen[str]:
    """A low-priority process that measures this configuration and prints the result as JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer.training.time_estimate", key],
        cwd=PROJECT, env=environment(), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    lower_priority(process.pid)
    return process


def read_measurement(output: str) -> SecondsPerImage | None:
    """The result that a measurement printed; None where it failed."""
    try:
        return SecondsPerImage(**json.loads(output))
    except (ValueError, TypeError):
        return None


def measure(config: TrainConfig) -> SecondsPerImage:
    """Train and evaluate on random images for about ``BUDGET_S``.

    Raises ExplorerError or ValueError for what cannot be trained.
    """
    import torch

    from models import model_spec

    spec = model_spec(config.model)
    images = synthetic_images(config, spec)
    at_once = max(1, MOST_VALUES // math.prod(images.shape))
    options, device = model_options(config, images, len(images)), resolve_device(config.device)
    batch = effective_batch(config, len(images))
    needed = step_memory(shapes_of(spec, options), batch, config.samples, config.ema > 0)
    check_memory(needed, batch * config.samples, device)
    torch.manual_seed(0)
    model = spec.build(options).to(device)
    endless = replace(config, epochs=10**6, batch_size=min(batch, at_once))
    timed_fit(model, images.pixels, endless, 0.2)  # the first steps are slow
    train_s = timed_fit(model, images.pixels, endless, BUDGET_S)
    began = time.perf_counter()
    n_test = min(1000, len(images), 4 * at_once)
    evaluate(model, images.pixels[:n_test], labels=np.zeros(n_test, np.int64))
    return SecondsPerImage(train_s, (time.perf_counter() - began) / n_test, batch, needed.total_bytes)


def timed_fit(model: VAE, pixels: Pixels, config: TrainConfig, budget_s: float) -> float:
    """Seconds for each image that is trained on, measured over about ``budget_s``."""
    ticks: list[Tick] = []
    end = time.monotonic() + budget_s
    fit(
        model,
        pixels,
        pixels[:1],
        config,
        Hooks(ticks.append, lambda *_: None, should_stop=lambda: time.monotonic() > end),
    )
    return ticks[-1].elapsed_s / (ticks[-1].epoch * len(pixels))


def synthetic_images(config: TrainConfig, spec: ModelSpec) -> Images:
    """Random images in the shape and with the classes of the data: as many as it has, but at most ``MOST_BYTES``."""
    frame = frame_for(config, spec)
    shape = (channels_ahead(config.dataset), frame.height, frame.width)
    n = min(images_to_train(config.dataset), MOST_BYTES // math.prod(shape))
    n = max(n, config.batch_size or 1)
    pixels = np.random.default_rng(0).integers(0, 256, (n, *shape), np.uint8)
    return Images(pixels, np.zeros(n, np.int64), classes_ahead(config.dataset))


def main(key: str) -> int:
    """Measure one configuration and print it; exit status 2 where it cannot be trained, which a start explains."""
    values = json.loads(key)
    if values.get("hidden") is not None:
        values["hidden"] = tuple(values["hidden"])
    try:
        print(json.dumps(asdict(measure(TrainConfig(**values)))))
    except (ExplorerError, ValueError):
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""TensorBoard event files in a run's own folder: ``tensorboard --logdir runs`` shows all runs side by side."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base import ExplorerError

if TYPE_CHECKING:
    from explorer.images import Pixels
    from explorer.training.hooks import Tick


def check_tensorboard(wanted: bool) -> None:
    """Raise ExplorerError where event files are wanted and the package that writes them is missing."""
    if wanted and importlib.util.find_spec("tensorboard") is None:
        raise ExplorerError("The package tensorboard is not installed.", "Run: pip install tensorboard")


class EventWriter:
    """Writes one run's events. Those after ``epoch``, which an interrupted training left, are purged."""

    def __init__(self, folder: Path, epoch: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.writer = SummaryWriter(str(folder), purge_step=epoch + 1 if epoch else None)

    def scalars(self, tick: Tick) -> None:
        """-ELBO and its parts for each split, nats per image; active units, class accuracy, learning rate, speed."""
        values = {
            "minus-elbo/train": -tick.train_elbo_nats,
            "minus-elbo/test": -tick.test.elbo_nats,
            "minus-reconstruction/train": -tick.train_reconstruction_nats,
            "minus-reconstruction/test": -tick.test.reconstruction_nats,
            "kl/train": tick.train_kl_nats,
            "kl/test": tick.test.kl_nats,
            "active-units": tick.test.active_units,
            "learning-rate": tick.lr,
            "beta": tick.beta_now,
            "images-per-second": tick.images_per_s,
        }
        if tick.validation is not None:
            values["minus-elbo/validation"] = -tick.validation.elbo_nats
            values["minus-reconstruction/validation"] = -tick.validation.reconstruction_nats
            values["kl/validation"] = tick.validation.kl_nats
        if tick.test.class_accuracy is not None:
            values["class-accuracy"] = tick.test.class_accuracy
        for name, value in values.items():
            self.writer.add_scalar(name, value, round(tick.epoch))
        self.writer.flush()

    def picture(self, name: str, sheet: Pixels, epoch: int) -> None:
        """A sheet of images, uint8 [C, H, W]."""
        self.writer.add_image(name, sheet, epoch, dataformats="CHW")

    def close(self) -> None:
        """Flush and close the file."""
        self.writer.close()

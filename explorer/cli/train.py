"""``python -m explorer train``: its options and what it does."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import Run, find_run, load_run

if TYPE_CHECKING:
    from explorer.training import Team


def add_train(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``train`` command's options; their defaults are TrainConfig's own."""
    train = add("train", train_command, "train a model into a new run")
    train.add_argument("--dataset", metavar="D", help="digits, mnist, fashion-mnist, kmnist, shapes or folder:PATH")
    train.add_argument("--model", metavar="M", help="for example vae, conv-vae, ae, iwae, beta-tcvae or cvae")
    train.add_argument("--latent", type=int, metavar="K", help="number of latent dimensions")
    train.add_argument("--hidden", type=sizes, metavar="512,256", help="sizes of the hidden layers")
    train.add_argument("--architecture", metavar="dense|conv", help="networks of vae, iwae, beta-tcvae and factor-vae")
    train.add_argument("--width", type=int, metavar="W", help="channels of the first convolution")
    train.add_argument("--activation")
    train.add_argument("--likelihood", help="bernoulli, continuous-bernoulli, gaussian, -learned or -optimal")
    train.add_argument("--sigma", type=float, help="of the Gaussian, pixels in [0, 1]; its start where it is learned")
    train.add_argument("--beta", type=float, help="weight of the KL, or of the total correlation; 1 is the ELBO")
    train.add_argument("--samples", type=int, metavar="L", help="samples of z for each image; the K of the iwae")
    train.add_argument("--labels", type=int, metavar="N", help="m2: how many training images keep their label")
    train.add_argument("--label-warmup", type=float, metavar="E", help="m2: epochs in which labels alone teach classes")
    train.add_argument("--denoise", type=float, metavar="S", help="noise on what the encoder sees in training")
    train.add_argument("--epochs", type=int)
    train.add_argument("--batch-size", type=int)
    train.add_argument("--lr", type=float)
    train.add_argument("--schedule", metavar="constant|cosine", help="of the learning rate")
    train.add_argument("--weight-decay", type=float, help="of AdamW; 0 is Adam")
    train.add_argument("--seed", type=int)
    train.add_argument("--device", metavar="auto|cpu|cuda|mps")
    train.add_argument("--side", type=int, help="resize images to this many pixels")
    train.add_argument("--kl-warmup", type=float, metavar="E", help="epochs in which the KL's weight rises to beta")
    train.add_argument("--free-bits", type=float, metavar="N", help="nats of each dimension that are not penalised")
    train.add_argument("--grad-clip", type=float, metavar="G", help="largest norm of the gradient; 0 is off")
    train.add_argument("--patience", type=int, metavar="E", help="end after so many epochs without a better test ELBO")
    train.add_argument("--binarise", metavar="none|static|dynamic", help="draw black and white pixels from grey ones")
    flags = {
        "--augment": "shift images by up to 2 pixels",
        "--compile": "compile the networks with torch.compile",
        "--amp": "run the networks in bfloat16 on CUDA",
        "--tensorboard": "write TensorBoard event files into the run",
    }
    for flag, help_text in flags.items():
        train.add_argument(flag, action="store_true", default=None, help=help_text)
    train.add_argument("--out", metavar="NAME", help="the run's name")
    train.add_argument(
        "--resume", metavar="RUN", help="start a queued run, or go on with one that ended early; --epochs N for more"
    )


def sizes(text: str) -> tuple[int, ...]:
    """'512,256' as numbers."""
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of sizes; write for example 512,256") from error


def train_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Train, showing progress; Ctrl-C keeps what was learned. ``torchrun`` starts several of these."""
    from explorer.training import joined, summary

    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    with joined(options.device or "auto") as team:
        if not team.leads:
            from explorer.training import follow

            follow(team)
            return {}, ""
        line = ProgressLine()
        try:
            run = trained_run(options, line, interrupted, team)
        finally:
            start_next()
        line.close()
    status = run.status()
    result = {**summary(run), "test_elbo_nats": status.test_elbo_nats, "interrupted": interrupted.is_set()}
    what = "ELBO" if load_run(run).model.variational else "reconstruction"
    elbo = "" if status.test_elbo_nats is None else f", test {what} {status.test_elbo_nats:.2f} nats"
    return result, f"{run.path}: {status.state} after {status.epoch} epochs{elbo}"


def start_next() -> None:
    """A slot is free: let the next training in the queue have it, whether or not a page is open."""
    from explorer.training import advance

    with contextlib.suppress(ExplorerError):  # pages will try again
        advance()


def trained_run(options: argparse.Namespace, line: ProgressLine, interrupted: threading.Event, team: Team) -> Run:
    """The run that the options ask for, new or resumed, once it has been trained."""
    from explorer.training import TrainConfig, resume, train_new

    given = {f.name: getattr(options, f.name) for f in fields(TrainConfig) if getattr(options, f.name) is not None}
    if options.resume is None:
        if "dataset" not in given:
            raise ExplorerError("No data set was named.", "Add --dataset digits, mnist or folder:PATH.")
        return train_new(TrainConfig(**given), options.out, line.status, interrupted.is_set, team=team)
    run = find_run(options.resume, paths=True)
    resume(run, line.status, interrupted.is_set, options.epochs, team=team)
    return run

"""Training from arrays: the engine of ``latent-explorer train``, in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import IO, Any

from numpy.typing import ArrayLike

from latent_explorer.errors import ExplorerError
from latent_explorer.messages import Array
from latent_explorer.model import Model
from latent_explorer.pictures import UNIT, Ends, bytes_of, labels_of, unit
from latent_explorer.places import environment, python
from latent_explorer.worker import ask

LOOK_S = 0.2
PIECE = 256  # bytes of progress that are passed on at once
NO_DATA_GIVEN = "images"  # begins the name of a data set without one


def train(
    images: ArrayLike, labels: ArrayLike | None = None, *, model: str = "vae", latent: int = 2, epochs: int = 10,
    name: str | None = None, pixels: Ends = UNIT, **options: Any,
) -> Model:  # fmt: skip
    """Train a model on images.

    The images become a data set, in 256 steps; about a tenth, drawn by their content, is held out to test. The
    training is that of ``latent-explorer train --dataset arrays:FILE`` with a file of these images as uint8 and these
    options: the same weights, bit by bit. Its progress goes to standard error; Ctrl-C, or an interrupt of the
    notebook's kernel, ends it and returns what was learned by then.

    Parameters
    ----------
    images : [N, H, W], [N, H, W, C], [N, C, H, W] or flat rows.
    labels : the class of each image, whole numbers or texts: [N].
    model, latent, epochs : as the command's ``--model``, ``--latent``, ``--epochs``.
    name : of the run; made up where it is None.
    pixels : the values of black and white of ``images``; uint8 is 0 to 255 whatever it says.
    options : all others of docs/train.md, as ``hidden=(512, 256)``, ``beta=4``, ``seed=1``.

    Raises
    ------
    ExplorerError
        For images and options that cannot be trained with.

    Examples: docs/api.md.
    """
    found = unit(images, pixels)
    chosen = {"model": model, "latent": latent, "epochs": epochs, **options}
    facts, _ = ask("training", options=chosen)
    dataset = kept(found, None if labels is None else labels_of(labels, len(found)), name or NO_DATA_GIVEN)
    arguments = [*facts["arguments"], f"--dataset={dataset}", *([f"--out={name}"] if name else [])]
    result = run_command("train", *arguments)
    return Model(result["path"], pixels=pixels)


def kept(images: Array, labels: Array | None, name: str, splits: Array | None = None) -> str:
    """The name of the data set that images [N, C, H, W] in [0, 1] become, which stays on this machine."""
    pixels = bytes_of(images).transpose(0, 2, 3, 1)  # [N, H, W, C]
    arrays = [pixels[..., 0] if pixels.shape[3] == 1 else pixels]
    arrays += [each for each in (labels, splits) if each is not None]
    facts, _ = ask("keep", *arrays, name=name, labels=labels is not None, split=splits is not None)
    return str(facts["dataset"])


def run_command(*arguments: str) -> dict[str, Any]:
    """What a command of ``python -m explorer`` prints with ``--json``; what it says on the way goes to standard error.

    An interrupt is passed on to it once, and it ends in its own way. Raises ExplorerError as it does.
    """
    with subprocess.Popen(
        python("-m", "explorer", *arguments, "--json"), env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process, ThreadPoolExecutor(2) as threads:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        threads.submit(pass_on, process.stderr)
        output = threads.submit(process.stdout.read)
        wait_for(output, process)
    return answered(output.result(), process.returncode)


def wait_for(output: Future[bytes], process: subprocess.Popen[bytes]) -> None:
    """Until all is read; the first interrupt is passed on. In steps: on Windows a wait cannot be interrupted."""
    interrupted = False
    while not output.done():
        try:
            wait([output], LOOK_S)
        except KeyboardInterrupt:
            if not interrupted:
                process.send_signal(signal.SIGINT)
            interrupted = True


def answered(output: bytes, status: int) -> dict[str, Any]:
    """The JSON object that a command printed. Raises ExplorerError where it holds one, or where there is none."""
    try:
        result: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise ExplorerError(f"The command ended with status {status} and no result.", "See what it printed.") from error
    if "error" in result:
        raise ExplorerError(result["error"]["message"], result["error"]["hint"])
    return result


def pass_on(stream: IO[bytes]) -> None:
    """Print what comes, as it comes, on standard error."""
    while piece := stream.read1(PIECE):  # type: ignore[attr-defined]
        sys.stderr.write(piece.decode(errors="replace"))
        sys.stderr.flush()

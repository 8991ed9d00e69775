"""Store the weights of runs in float16, half the size, and say what that changes in the decoded pixels.

usage: python scripts/halve_weights.py RUN ...

Each RUN is a name or directory of a run that is not training. Latents, maps and measures belong to weights and are to
be made again afterwards: those of the old weights are not shown.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from explorer.base import write_atomic
from explorer.runs import Run, find_run, load_model, load_run, weights_content
from explorer.runs.run import WEIGHTS
from explorer.runs.weights import digest_of
from models import VAE

CODES = 256  # drawn from the prior


def main() -> int:
    for name in sys.argv[1:]:
        halve(find_run(name, paths=True))
    return 0


def halve(run: Run) -> None:
    """Replace the weights of a run, and print the largest difference of a pixel."""
    model = load_model(load_run(run), torch.device("cpu"))
    before = decoded(model)
    tensors = halved(model.state_dict())
    content = weights_content(tensors)
    write_atomic(run.path / WEIGHTS, content)
    run.write_status(replace(run.status(), weights_sha256=digest_of(content)))
    model.load_state_dict(tensors)
    worst = 255 * float((decoded(model) - before).abs().max())
    print(f"{run.name}: {len(content):,} bytes; pixels differ by at most {worst:.2f} of 255 in {CODES} samples")


def halved(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same tensors, those of float32 in float16."""
    return {name: t.half() if t.dtype == torch.float32 else t for name, t in tensors.items()}


def decoded(model: VAE) -> torch.Tensor:
    """Samples of the prior, the same ones each time: the pixels' means, [N, C, H, W]."""
    z = torch.randn(CODES, model.code, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        return model.decode(z)


if __name__ == "__main__":
    sys.exit(main())

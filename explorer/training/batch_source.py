"""The source of a training's batches: pixels kept on the device, or streamed from a memory-mapped array.

Both yield the same batches for the same permutation. Binarisation and shifts are here too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.base import settings
from explorer.datasets import binarised, binarised_at

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels

MAX_SHIFT = 2  # pixels, of augmentation
PREFETCH = 3  # batches read ahead while one is trained on


class Source(Protocol):
    """Training images. ``len`` is their number; ``batches`` yields uint8 [B, C, H, W] on the device."""

    def __len__(self) -> int: ...

    def batches(self, parts: list[torch.Tensor]) -> Iterator[torch.Tensor]:
        """The images of each part of a permutation (int64 indices on the device), in order."""
        ...


class Resident:
    """All pixels on the device; a batch is one gather there."""

    def __init__(self, pixels: Pixels, device: torch.device) -> None:
        import torch

        whole = np.require(pixels, requirements=["C", "W"])  # a mapped file is read-only, and read into memory here
        self.pixels = torch.from_numpy(whole).to(device)  # uint8 [N, C, H, W]

    def __len__(self) -> int:
        return len(self.pixels)

    def batches(self, parts: list[torch.Tensor]) -> Iterator[torch.Tensor]:
        """See ``Source``."""
        for indices in parts:
            yield self.pixels.index_select(0, indices)


class Streamed:
    """Pixels in a memory-mapped array larger than memory: a thread reads ahead into page-locked buffers."""

    def __init__(self, pixels: Pixels, device: torch.device, binarise_seed: int | None = None) -> None:
        self.pixels, self.device, self.binarise_seed = pixels, device, binarise_seed

    def __len__(self) -> int:
        return len(self.pixels)

    def batches(self, parts: list[torch.Tensor]) -> Iterator[torch.Tensor]:
        """See ``Source``. The reading thread ends with the iterator, even if that is not exhausted."""
        rest = iter([part.cpu().numpy() for part in parts])
        with ThreadPoolExecutor(1) as reader:
            ahead: deque[Future[torch.Tensor]] = deque()
            try:
                for indices in rest:
                    ahead.append(reader.submit(self.read, indices))
                    if len(ahead) > PREFETCH:
                        yield ahead.popleft().result().to(self.device, non_blocking=True)
                while ahead:
                    yield ahead.popleft().result().to(self.device, non_blocking=True)
            finally:
                for future in ahead:
                    future.cancel()

    def read(self, indices: NDArray[np.int64]) -> torch.Tensor:
        """Images from the file, in page-locked memory where the device is a GPU, for asynchronous copies."""
        import torch

        order = np.argsort(indices)  # the file is read forwards
        images = np.empty((len(indices), *self.pixels.shape[1:]), np.uint8)
        images[order] = self.pixels[indices[order]]
        if self.binarise_seed is not None:
            images = binarised_at(images, indices, self.binarise_seed)
        tensor = torch.from_numpy(images)
        return tensor.pin_memory() if self.device.type == "cuda" else tensor


def training_source(
    pixels: Pixels, device: torch.device, binarise_seed: int | None = None, resident_mb: int | None = None
) -> Source:
    """The training images of ``pixels``, uint8 [N, C, H, W].

    Parameters
    ----------
    binarise_seed : of statically binarised pixels; None leaves them grey.
    resident_mb : the most that is kept on the device; larger sets are streamed. None: the setting.
    """
    limit_mb = settings().resident_mb if resident_mb is None else resident_mb
    if pixels.nbytes > limit_mb * 2**20:
        return Streamed(pixels, device, binarise_seed)
    return Resident(pixels if binarise_seed is None else binarised(pixels, binarise_seed), device)


def shifted(images: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
    """Each image moved by its own (down, right) pixels, its edge repeated: [B, C, H, W], int64 [B, 2]."""
    import torch

    n, _, height, width = images.shape
    device = images.device
    rows = (torch.arange(height, device=device) - shifts[:, :1]).clamp(0, height - 1)  # [B, H]
    columns = (torch.arange(width, device=device) - shifts[:, 1:]).clamp(0, width - 1)  # [B, W]
    image = torch.arange(n, device=device)[:, None, None]
    return images.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)

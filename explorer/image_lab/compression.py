"""Rate-distortion of an image as a quantised latent code, compared with JPEG and PNG.

The code: each mu is rounded to a multiple of a step, and each integer costs -log2 of its probability under a normal
distribution with that dimension's mean and standard deviation over the held-out images (Shannon 1948; the quantised
bottleneck of Ballé et al. 2017, with fixed normals). This is the ideal length; an arithmetic coder adds less than two
bits to a whole message (Witten et al. 1987).
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, as_array, to_picture
from explorer.inference import decode_with
from explorer.inference.latent_space import Z, classed

if TYPE_CHECKING:
    from explorer.inference import Latents
    from models import VAE

CODE_STEPS = (4.0, 2.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125)  # in units of the code's spread
QUALITIES = (1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 55, 70, 80, 88, 92, 95)  # of JPEG
MIN_SPREAD = 0.05  # of a dimension's distribution, so that a nearly unused one can still code an unusual image
START_OF_SCAN, END_OF_IMAGE = b"\xff\xda", 2  # a JPEG's marker, and the length of its last one
PNG_SIGNATURE, PNG_FRAME = 8, 12  # bytes: of the file's beginning; of a chunk's length, type and checksum

Bits = NDArray[np.float64]


@dataclass(frozen=True)
class CodeModel:
    """The entropy model of the codes: an independent normal distribution for each dimension.

    Attributes
    ----------
    mean, spread : [K], mean and standard deviation.
    unit : size of a step of 1: that of a prior N(0, I), else the root mean square spread of the codes.
    class_bits : cost of the class of a class-conditional model.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    unit: float
    class_bits: float = 0.0

    def rounded(self, mu: Z, step: float) -> NDArray[np.int64]:
        """mu [N, K] quantised to integers [N, K]."""
        return np.rint(np.asarray(mu, np.float64) / (step * self.unit)).astype(np.int64)

    def restored(self, numbers: NDArray[np.int64], step: float) -> Z:
        """The dequantised z: float32 [N, K]."""
        return (numbers * (step * self.unit)).astype(np.float32)

    def bits(self, numbers: NDArray[np.int64], step: float) -> Bits:
        """The ideal code length of each integer, -log2 of its probability: [N, K]."""
        width = step * self.unit
        low, high = ((numbers + side) * width for side in (-0.5, 0.5))
        return -log_mass((low - self.mean) / self.spread, (high - self.mean) / self.spread) / math.log(2)


def code_model(latents: Latents, classes: int = 0) -> CodeModel:
    """Fitted to held-out posterior means; ``classes`` of a class-conditional model, each equally probable."""
    mu = latents.mu.astype(np.float64)
    spread = mu.std(0)
    unit = 1.0 if latents.on_prior_scale else float(np.sqrt(np.square(spread).mean())) or 1.0
    return CodeModel(mu.mean(0), np.maximum(spread, MIN_SPREAD * unit), unit, math.log2(classes) if classes else 0.0)


def log_mass(low: Bits, high: Bits) -> Bits:
    """log of a standard normal's mass between ``low`` and ``high``, accurate in the tails (below 1e-300) too."""
    from scipy.special import log_ndtr

    low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)  # the lower tail has the digits
    return log_ndtr(high) + np.log(-np.expm1(log_ndtr(low) - log_ndtr(high)))


@dataclass(frozen=True)
class Rate:
    """Ways to write each of N images: ``bits`` and ``psnr_db`` [W, N] of W ways, ``payload_bits`` without headers.

    A code has no header. A lossless way has an infinite PSNR.
    """

    ways: tuple[float, ...]  # steps or qualities
    bits: Bits
    psnr_db: Bits
    payload_bits: Bits

    def mean(self) -> Rate:
        """The mean over the images, as of a single one."""
        columns = (self.bits, self.psnr_db, self.payload_bits)
        return Rate(self.ways, *(column.mean(1, keepdims=True) for column in columns))


def code_rate(
    model: VAE, codes: CodeModel, pixels: Pixels, mu: Z, labels: NDArray[np.int64] | None = None
) -> tuple[Rate, Pixels]:
    """Images [N, C, H, W] with posterior means ``mu`` [N, K] as codes of each of ``CODE_STEPS``.

    A class-conditional model is conditioned on ``labels`` [N]. Also returns the images decoded from the codes,
    uint8 [W, N, C, H, W].
    """
    bits, decoded = [], []
    for step in CODE_STEPS:
        numbers = codes.rounded(mu, step)
        z = codes.restored(numbers, step)
        bits.append(codes.bits(numbers, step).sum(1) + codes.class_bits)
        decoded.append(decode_with(model, z if labels is None else classed(z, labels, model.code - z.shape[1])))
    pictures = np.stack(decoded)  # [W, N, C, H, W]
    return Rate(CODE_STEPS, np.stack(bits), psnr_db(pictures, pixels), np.stack(bits)), pictures


def jpeg_rate(pixels: Pixels, qualities: tuple[int, ...] = QUALITIES) -> Rate:
    """Images [N, C, H, W] as baseline JPEGs with Huffman tables of their own."""
    files = [[encoded(image, "JPEG", quality=quality, optimize=True) for image in pixels] for quality in qualities]
    decoded = np.stack([np.stack([decoded_file(file) for file in row]) for row in files])
    bits = 8.0 * np.array([[len(file) for file in row] for row in files])
    payload = 8.0 * np.array([[jpeg_payload(file) for file in row] for row in files])
    return Rate(qualities, bits, psnr_db(decoded, pixels), payload)


def png_rate(pixels: Pixels) -> Rate:
    """Images [N, C, H, W] as PNGs, lossless."""
    files = [encoded(image, "PNG", optimize=True) for image in pixels]
    bits = 8.0 * np.array([[len(file) for file in files]])
    payload = 8.0 * np.array([[png_payload(file) for file in files]])
    return Rate((0,), bits, np.full(bits.shape, np.inf), payload)


def encoded(image: Pixels, kind: str, **options: object) -> bytes:
    """[C, H, W] as a file of Pillow's."""
    buffer = io.BytesIO()
    to_picture(image).save(buffer, kind, **options)
    return buffer.getvalue()


def decoded_file(content: bytes) -> Pixels:
    """A file of ``encoded`` as pixels again."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        return as_array(image)


def jpeg_payload(content: bytes) -> int:
    """Bytes of a JPEG's picture itself, without its tables and headers: what follows the head of its only scan."""
    start = content.index(START_OF_SCAN)
    head = int.from_bytes(content[start + 2 : start + 4], "big")
    return len(content) - (start + 2 + head) - END_OF_IMAGE


def png_payload(content: bytes) -> int:
    """Bytes of a PNG's picture itself: what its IDAT chunks hold (W3C PNG, section 5.3)."""
    total, at = 0, PNG_SIGNATURE
    while at < len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        total += length if kind == b"IDAT" else 0
        at += length + PNG_FRAME
    return total


def psnr_db(pictures: Pixels, originals: Pixels) -> Bits:
    """Peak signal-to-noise ratio of ``pictures`` [..., N, C, H, W] to ``originals`` [N, C, H, W], each by itself.

    10 log10(1 / MSE) with pixels in [0, 1], as the measure PSNR; infinite where nothing differs. [..., N].
    """
    squared = np.square((pictures.astype(np.float64) - originals) / 255).mean((-3, -2, -1))
    with np.errstate(divide="ignore"):
        return -10 * np.log10(squared)


@dataclass(frozen=True)
class Comparison:
    """The same images written in three ways."""

    code: Rate
    jpeg: Rate
    png: Rate

    def mean(self) -> Comparison:
        """The mean over the images."""
        return Comparison(self.code.mean(), self.jpeg.mean(), self.png.mean())


def compared(
    model: VAE, codes: CodeModel, pixels: Pixels, mu: Z, labels: NDArray[np.int64] | None = None
) -> tuple[Comparison, Pixels]:
    """Images [N, C, H, W] as codes, JPEGs and PNGs; and the codes' pictures, as ``code_rate``."""
    code, pictures = code_rate(model, codes, pixels, mu, labels)
    return Comparison(code, jpeg_rate(pixels), png_rate(pixels)), pictures


def least_bits(rate: Rate, psnr: float) -> int | None:
    """Which way writes the first image with the fewest bits at no less than ``psnr`` dB; None where none does."""
    good = np.flatnonzero(rate.psnr_db[:, 0] >= psnr)
    return int(good[rate.bits[good, 0].argmin()]) if len(good) else None


def decoder_bytes(model: VAE) -> int:
    """Size of the decoder's weights, which the receiver of codes needs."""
    return sum(weight.numel() * weight.element_size() for weight in model.decoder.parameters())

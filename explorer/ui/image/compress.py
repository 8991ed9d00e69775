"""The image as a quantised latent code, compared with JPEG and PNG."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.datasets import Images, stratified
from explorer.image_lab import CodeModel, Comparison, code_model, compared, decoder_bytes, least_bits
from explorer.images import Pixels, to_png
from explorer.inference import Latents
from explorer.inference.latent_space import class_count
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, Picture, cached, download, pictures
from explorer.ui.image.figures_compress import rate_figure
from explorer.ui.image.subject import Subject

DEFAULT_STEP = 0.25
HELD_OUT = 100  # images whose mean curve is drawn
COMPRESS_HELP = N_(
    "Each number of μ is rounded to a multiple of this step, in units of the {unit}. Smaller steps cost more bits and "
    "lose less; below the posterior's own σ nothing is won any more."
)
UNITS = {True: N_("prior's standard deviation"), False: N_("codes' own spread (the prior is not N(0, I))")}
PAYS_JPEG = N_("against that JPEG that is made up for after {images} images")
PAYS_PNG = N_("against PNG that is made up for after {images} images")
NEVER_JPEG = N_("against that JPEG that is made up for after no number of images")
NEVER_PNG = N_("against PNG that is made up for after no number of images")
NOT_COUNTED = N_("""\
**Not counted:** the decoder, {megabytes} MB of weights that the receiver needs; {break_even}. It was trained on
images of this kind and takes no others; JPEG and PNG take any.
A code has no header; without headers and tables the JPEG has {jpeg} bits, the PNG {png}. The code's length is the
ideal one, the sum of -log2 of each number's probability; an arithmetic coder adds less than 2 bits.
""")
KL_NOTE = N_("""\
**KL** {bits} bits: the rate of a code that draws z from the posterior and gets the draw's bits back from other
data ([Frey & Hinton 1997](https://doi.org/10.1093/comjnl/40.2_and_3.157),
[Townsend et al. 2019](https://arxiv.org/abs/1901.04866)). It stands at no PSNR of this figure, where z is rounded.
""")


@dataclass(frozen=True)
class Compressed:
    """One image in all three ways, and what its codes decode to: [W, C, H, W]."""

    codes: CodeModel
    comparison: Comparison
    pictures: Pixels
    decoder_bytes: int

    def numbers(self, subject: Subject, way: int) -> list[int]:
        """The whole numbers that are the code."""
        found: list[int] = self.codes.rounded(subject.result.mu[None], self.comparison.code.ways[way])[0].tolist()
        return found


def image_compress(subject: Subject) -> None:
    """Draw the tab: the picture at a precision, a sentence, and the curves."""
    done = compressed(subject)
    with st.container(key="picture-first-compress"):
        left, right = st.columns([4, 6], gap="large")
    with left:
        way = chosen_step(subject, done)
        compression_rows(subject, done, way)
        st.markdown(code_sentence(done.comparison, way))
        save_code(subject, done, way)
    with right:
        curves(subject, done, way)
    st.caption(small_print(subject, done, way))


def compressed(subject: Subject) -> Compressed:
    """The image in all three ways, worked out once."""
    run, result = subject.run, subject.result
    content = (subject.pixels.tobytes(), result.code.tobytes())
    latents = cached.latents(run)
    with st.spinner(_("Writing it in other ways")):
        return _compressed(run, content, subject, latents)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _compressed(run: LoadedRun, content: tuple[bytes, bytes], _subject: Subject, _latents: Latents) -> Compressed:
    from explorer.inference import model_of

    result = _subject.result
    model, codes = model_of(run), code_model(_latents, class_count(run))
    labels = None if result.label is None else np.array([result.label])
    comparison, decoded = compared(model, codes, _subject.pixels[None], result.mu[None], labels)
    return Compressed(codes, comparison, decoded[:, 0], decoder_bytes(model))


def held_out(run: LoadedRun) -> Comparison | None:
    """The same of some held-out images, each class its share; None where the data is not here."""
    images = cached.images(run)
    if images is None:
        return None
    latents = cached.latents(run)
    with st.spinner(_("Writing {n} held-out images too").format(n=HELD_OUT)):
        return _held_out(run, images, latents)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _held_out(run: LoadedRun, _images: Images, _latents: Latents) -> Comparison:
    from explorer.inference import model_of

    chosen = stratified(_images.labels, len(_images), HELD_OUT)
    labels = _images.labels[chosen] if class_count(run) and _images.labels is not None else None
    codes = code_model(_latents, class_count(run))
    return compared(model_of(run), codes, _images.pixels[chosen], _latents.mu[chosen], labels)[0]


def chosen_step(subject: Subject, done: Compressed) -> int:
    """Draw the slider: which of the steps."""
    steps = done.comparison.code.ways
    unit = _(UNITS[cached.latents(subject.run).on_prior_scale])
    step = st.select_slider(
        _("Step of each dimension"),
        steps,
        DEFAULT_STEP,
        key=f"step-{subject.key}",
        format_func=in_sigmas,
        help=_(COMPRESS_HELP).format(unit=unit),
    )
    return steps.index(step)


def in_sigmas(step: float) -> str:
    """A step as people write it: '2 σ', '1/8 σ'."""
    return f"{step:g} σ" if step >= 1 else f"1/{1 / step:g} σ"


def compression_rows(subject: Subject, done: Compressed, way: int) -> None:
    """The image, and what is left of it."""
    rate, name = done.comparison.code, subject.title
    bits, psnr = rate.bits[way, 0], rate.psnr_db[way, 0]
    caption = _("decoded: {bits} bits, {psnr} dB").format(bits=significant(bits), psnr=significant(psnr))
    pictures(
        [
            Picture(
                subject.pixels,
                _("original: {name}").format(name=name),
                _("original, {name} as the model sees it").format(name=name),
            ),
            Picture(done.pictures[way], caption, f"{name} {caption}"),
        ],
        2,
    )


def code_sentence(one: Comparison, way: int) -> str:
    """The code against the smallest JPEG that is no worse, and the PNG."""
    bits, psnr = float(one.code.bits[way, 0]), float(one.code.psnr_db[way, 0])
    facts = {"psnr": significant(psnr), "bits": significant(bits), "png": f"{one.png.bits[0, 0]:,.0f}"}
    rival = least_bits(one.jpeg, psnr)
    if rival is None:
        return _(
            "At the PSNR of this picture ({psnr} dB) the code needs **{bits} bits**; no JPEG is as good. "
            "PNG keeps every pixel in {png}."
        ).format(**facts)
    quality, jpeg_psnr = f"{one.jpeg.ways[rival]:g}", significant(float(one.jpeg.psnr_db[rival, 0]))
    return _(
        "At the PSNR of this picture ({psnr} dB) the code needs **{bits} bits**, JPEG **{jpeg}** (quality {quality}, "
        "{jpeg_psnr} dB). PNG keeps every pixel in {png}."
    ).format(**facts, jpeg=f"{one.jpeg.bits[rival, 0]:,.0f}", quality=quality, jpeg_psnr=jpeg_psnr)


def curves(subject: Subject, done: Compressed, way: int) -> None:
    """The figure."""
    others = held_out(subject.run)
    kl_bits = kl_in_bits(subject)
    dark = st.context.theme.type == "dark"
    n = 0 if others is None else others.png.bits.shape[1]
    chart = rate_figure(done.comparison, others, n, way, kl_bits, dark)
    st.plotly_chart(
        chart,
        key=f"rates-{subject.key}",
        theme=None,
        config={"displayModeBar": False},
        alt=_("PSNR over bits of the latent code, of JPEG and of PNG"),
    )


def kl_in_bits(subject: Subject) -> float | None:
    """The image's KL in bits; None of models without one."""
    return subject.result.kl_nats / math.log(2) if cached.latents(subject.run).has_kl else None


def small_print(subject: Subject, done: Compressed, way: int) -> str:
    """What the comparison leaves out."""
    one = done.comparison
    rival = least_bits(one.jpeg, float(one.code.psnr_db[way, 0]))
    as_jpeg = rival is not None
    other = one.jpeg.bits[rival, 0] if as_jpeg else one.png.bits[0, 0]
    saved = float(other - one.code.bits[way, 0])
    pays, never = (PAYS_JPEG, NEVER_JPEG) if as_jpeg else (PAYS_PNG, NEVER_PNG)
    pays_after = f"{math.ceil(8 * done.decoder_bytes / saved):,}" if saved > 0 else ""
    text = _(NOT_COUNTED).format(
        megabytes=significant(done.decoder_bytes / 1e6, 2),
        break_even=_(pays if pays_after else never).format(images=pays_after),
        jpeg=f"{one.jpeg.payload_bits[rival, 0]:,.0f}" if as_jpeg else "-",
        png=f"{one.png.payload_bits[0, 0]:,.0f}",
    )
    kl_bits = kl_in_bits(subject)
    return text if kl_bits is None else text + "\n" + _(KL_NOTE).format(bits=significant(kl_bits))


def save_code(subject: Subject, done: Compressed, way: int) -> None:
    """The picture, and the code with its facts."""
    left, right = st.columns(2)
    name = f"{subject.run.name}-code-{done.comparison.code.ways[way]:g}"
    with left:
        download("PNG", f"{name}.png", "image/png", lambda: to_png(done.pictures[way]))
    with right:
        download("JSON", f"{name}.json", "application/json", lambda: code_facts(subject, done, way))


def code_facts(subject: Subject, done: Compressed, way: int) -> bytes:
    """The code as whole numbers, what they mean, and the curves' numbers, as JSON; what is infinite is null."""
    one, codes = done.comparison, done.codes
    content = {
        "run": subject.run.name,
        "image": subject.name,
        "step": one.code.ways[way] * codes.unit,
        "code": done.numbers(subject, way),
        "class": subject.result.label,
        "bits": float(one.code.bits[way, 0]),
        "psnr_db": finite(one.code.psnr_db[way, 0]),
        "mean": codes.mean.tolist(),
        "spread": codes.spread.tolist(),
        "kl_bits": kl_in_bits(subject),
        "decoder_bytes": done.decoder_bytes,
        "curves": {kind: rate_points(rate) for kind, rate in vars(one).items()},
    }
    return json.dumps(content, indent=2, allow_nan=False).encode()


def rate_points(rate: Any) -> list[dict[str, float | None]]:
    """A curve's points."""
    columns = (rate.bits[:, 0], rate.payload_bits[:, 0], rate.psnr_db[:, 0])
    return [
        {"way": way, "bits": float(bits), "payload_bits": float(payload), "psnr_db": finite(psnr)}
        for way, bits, payload, psnr in zip(rate.ways, *columns, strict=True)
    ]


def finite(value: float) -> float | None:
    """A number that JSON has."""
    return float(value) if math.isfinite(value) else None

"""Rate-distortion figures of latent codes, JPEG and PNG. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from explorer.base.languages import _
from explorer.base.palette import CLASS_COLOURS
from explorer.image_lab import Bits, Comparison
from explorer.ui.common.figures import ACCENT, INK, figure

JPEG, PNG = CLASS_COLOURS[5], CLASS_COLOURS[2]
RATE_HEIGHT = 380
MARGIN = 0.1  # of the axis beyond the curves, in powers of ten
RATE_FONT = {"size": 12}
TICKS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000]


class Curve(NamedTuple):
    """A line of the figure: its name, bits and PSNR [W], what is said of each point, and how it is drawn."""

    name: str
    bits: Bits
    psnr_db: Bits
    labels: list[str]
    colour: str
    dash: str = "solid"


def rate_figure(
    one: Comparison, held_out: Comparison | None, n: int, chosen: int, kl_bits: float | None, dark: bool
) -> go.Figure:
    """PSNR over bits of one image, and beside it the mean of ``n`` held-out ones; ``chosen`` is the step looked at.

    ``kl_bits`` is the rate of a code whose sampling bits are got back, None where the model has no KL.
    """
    curves = curves_of(one, 0, dark)
    if held_out is not None:
        curves += [curve._replace(dash="dot") for curve in curves_of(held_out.mean(), n, dark)[:2]]
    chart = figure([trace(curve) for curve in curves], _("PSNR over bits: up and to the left is better"), dark)
    chart.add_trace(here(one, chosen, dark))
    span = heights(curves)
    chart.add_trace(vertical(_("PNG, lossless"), float(one.png.bits[0, 0]), span, PNG))
    if kl_bits:
        chart.add_trace(vertical("KL", kl_bits, span, INK[dark]))
    shown = np.log10([bits for line in chart.data for bits in line.x])
    x_range = [float(shown.min()) - MARGIN, float(shown.max()) + MARGIN]
    chart.update_xaxes(
        type="log", title={"text": _("bits for the image"), "font": RATE_FONT}, tickvals=TICKS, range=x_range
    )
    chart.update_yaxes(title={"text": "PSNR (dB)", "font": RATE_FONT}, zeroline=False)
    chart.update_layout(
        height=RATE_HEIGHT, legend={"orientation": "h", "y": -0.2, "font": RATE_FONT}, hovermode="closest"
    )
    return chart


def heights(curves: list[Curve]) -> tuple[float, float]:
    """The lowest and the highest PSNR that is drawn."""
    drawn = np.concatenate([curve.psnr_db[np.isfinite(curve.psnr_db)] for curve in curves])
    return float(drawn.min()), float(drawn.max())


def curves_of(of: Comparison, n: int, dark: bool) -> list[Curve]:
    """The code, JPEG as a file, and JPEG without headers and tables: of one image, or of a mean where ``n`` > 0."""
    steps = [_("step {step:g} σ").format(step=step) for step in of.code.ways]
    qualities = [_("quality {quality:g}").format(quality=quality) for quality in of.jpeg.ways]
    jpeg, whose = of.jpeg, _("{curve}, mean of {n}") if n else "{curve}"
    code, file, payload = (
        whose.format(curve=curve, n=n) for curve in (_("latent code"), "JPEG", _("JPEG without headers"))
    )
    return [
        Curve(code, of.code.bits[:, 0], of.code.psnr_db[:, 0], steps, ACCENT[dark]),
        Curve(file, jpeg.bits[:, 0], jpeg.psnr_db[:, 0], qualities, JPEG),
        Curve(payload, jpeg.payload_bits[:, 0], jpeg.psnr_db[:, 0], qualities, JPEG, "dash"),
    ]


def trace(curve: Curve) -> go.Scatter:
    """A curve as a line; where nothing is lost there is no PSNR to draw."""
    drawn = np.isfinite(curve.psnr_db)
    return go.Scatter(
        x=curve.bits[drawn],
        y=curve.psnr_db[drawn],
        name=curve.name,
        customdata=[labels for labels, shown in zip(curve.labels, drawn, strict=True) if shown],
        mode="lines+markers" if curve.dash == "solid" else "lines",
        line={"color": curve.colour, "width": 2 if curve.dash == "solid" else 1.5, "dash": curve.dash},
        marker={"size": 5},
        hovertemplate=f"%{{customdata}}: %{{x:,.0f}} {_('bits')}, %{{y:.1f}} dB<extra>%{{fullData.name}}</extra>",
    )


def here(one: Comparison, chosen: int, dark: bool) -> go.Scatter:
    """A ring around the code that is looked at."""
    return go.Scatter(
        x=one.code.bits[chosen],
        y=one.code.psnr_db[chosen],
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "color": ACCENT[dark], "line": {"width": 2.5}},
        showlegend=False,
        hoverinfo="skip",
    )


def vertical(name: str, bits: float, span: tuple[float, float], colour: str) -> go.Scatter:
    """A line at a number of bits that stands at no PSNR."""
    return go.Scatter(
        x=[bits, bits],
        y=span,
        name=name,
        mode="lines",
        line={"color": colour, "width": 1.5, "dash": "dashdot"},
        hovertemplate=f"%{{x:,.0f}} {_('bits')}<extra>%{{fullData.name}}</extra>",
    )

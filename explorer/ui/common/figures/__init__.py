"""Plotly figures that several pages use, and the one template that all follow."""

from explorer.ui.common.figures.curves import HEIGHT as HEIGHT
from explorer.ui.common.figures.curves import OF_POINTS as OF_POINTS
from explorer.ui.common.figures.curves import PANELS as PANELS
from explorer.ui.common.figures.curves import SPLIT_NAMES as SPLIT_NAMES
from explorer.ui.common.figures.curves import Metrics as Metrics
from explorer.ui.common.figures.curves import epochs_spanned as epochs_spanned
from explorer.ui.common.figures.curves import learning_curves as learning_curves
from explorer.ui.common.figures.curves import log_possible as log_possible
from explorer.ui.common.figures.curves import named as named
from explorer.ui.common.figures.posterior import MUTED as MUTED
from explorer.ui.common.figures.posterior import SMALL_FONT as SMALL_FONT
from explorer.ui.common.figures.posterior import error_picture as error_picture
from explorer.ui.common.figures.posterior import magnitude_picture as magnitude_picture
from explorer.ui.common.figures.posterior import posterior_figure as posterior_figure
from explorer.ui.common.figures.posterior import signed_picture as signed_picture
from explorer.ui.common.figures.style import ACCENT as ACCENT
from explorer.ui.common.figures.style import INK as INK
from explorer.ui.common.figures.style import MAGNITUDE as MAGNITUDE
from explorer.ui.common.figures.style import figure as figure

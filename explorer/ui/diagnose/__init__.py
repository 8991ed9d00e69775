"""The widgets of the Diagnose page."""

from explorer.ui.diagnose.download import diagnose_download as diagnose_download
from explorer.ui.diagnose.download import report_download as report_download
from explorer.ui.diagnose.factors import diagnose_factors as diagnose_factors
from explorer.ui.diagnose.figures_panel import anything_drawn as anything_drawn
from explorer.ui.diagnose.figures_panel import diagnose_figures as diagnose_figures
from explorer.ui.diagnose.measure import MEASURE_POLL_S as MEASURE_POLL_S
from explorer.ui.diagnose.measure import being_measured as being_measured
from explorer.ui.diagnose.measure import diagnose_measure as diagnose_measure
from explorer.ui.diagnose.table import diagnose_table as diagnose_table

"""The widgets of the Map page."""

from explorer.ui.map.chart import map_chart as map_chart
from explorer.ui.map.colour import map_colour as map_colour
from explorer.ui.map.fit import FIT_POLL_S as FIT_POLL_S
from explorer.ui.map.fit import being_fitted as being_fitted
from explorer.ui.map.method import chosen_method as chosen_method
from explorer.ui.map.method import map_method as map_method
from explorer.ui.map.options import map_options as map_options
from explorer.ui.map.panel import map_panel as map_panel
from explorer.ui.map.search import map_find as map_find
from explorer.ui.map.shown import map_seen as map_seen
from explorer.ui.map.shown import map_trust as map_trust
from explorer.ui.map.split import map_split as map_split

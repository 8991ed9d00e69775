from explorer.ui.components.live.component import rerun_on_demand as rerun_on_demand
from explorer.ui.components.live.component import socket_path as socket_path
from explorer.ui.components.live.decoder_route import decoder_refusal as decoder_refusal
from explorer.ui.components.live.decoder_route import decoder_routes as decoder_routes
from explorer.ui.components.live.panel import Start as Start
from explorer.ui.components.live.panel import live_panel as live_panel

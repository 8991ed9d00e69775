from explorer.ui.components.map.colourings import Choice as Choice
from explorer.ui.components.map.colourings import choices as choices
from explorer.ui.components.map.component import latent_map as latent_map
from explorer.ui.components.map.component import warm_map as warm_map
from explorer.ui.components.map.payload import beside as beside
from explorer.ui.components.map.payload import landing as landing
from explorer.ui.components.map.payload import map_payload as map_payload
from explorer.ui.components.map.served import map_routes as map_routes

"""The components with JavaScript of their own. Each is a package; here is what registers and serves them."""

from explorer.ui.components.base_path import below_base as below_base
from explorer.ui.components.modules import module_routes as module_routes
from explorer.ui.components.preload import PreloadModules as PreloadModules
from explorer.ui.components.registry import component as component
from explorer.ui.components.run_pictures import picture_routes as picture_routes
from explorer.ui.components.run_pictures import picture_url as picture_url

"""The widgets of the Models page with which models are loaded, and one's own are kept in order."""

from explorer.ui.library.load import load_part as load_part
from explorer.ui.library.own import own_part as own_part

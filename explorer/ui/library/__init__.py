"""The widgets of the Models page with which data are brought, models loaded, and one's own kept in order."""

from explorer.ui.library.data import data_part as data_part
from explorer.ui.library.load import load_part as load_part
from explorer.ui.library.own import own_part as own_part

"""The widgets of the Models page with which data are brought, models loaded, and all models kept in order."""

from explorer.ui.library.data import data_part as data_part
from explorer.ui.library.load import load_part as load_part
from explorer.ui.library.table import model_table as model_table

"""The choice of a model: a field to type in, above a list of pictures, names and what each model is."""

from explorer.ui.components.picker.component import Offer as Offer
from explorer.ui.components.picker.component import model_picker as model_picker

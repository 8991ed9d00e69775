"""The widgets of the Models page with which a model is trained."""

from explorer.ui.train.part import follow as follow
from explorer.ui.train.part import train_on as train_on
from explorer.ui.train.part import train_part as train_part

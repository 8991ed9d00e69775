"""The widgets of the Train page."""

from explorer.ui.train.form import train_form as train_form
from explorer.ui.train.queue import train_queue as train_queue
from explorer.ui.train.watch import train_watch as train_watch

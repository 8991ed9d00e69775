"""The widgets of the Image page."""

from explorer.ui.image.reconstruction_row import empty_frames as empty_frames
from explorer.ui.image.reconstruction_row import reconstruction as reconstruction
from explorer.ui.image.source import image_source as image_source
from explorer.ui.image.subject import image_subject as image_subject
from explorer.ui.image.tabs import image_tabs as image_tabs
from explorer.ui.image.verdict import image_verdict as image_verdict

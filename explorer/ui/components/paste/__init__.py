"""An image from the clipboard."""

from explorer.ui.components.paste.component import paste as paste

"""The top of every page: title, model picker and model's card."""

from explorer.ui.header.page_header import header as header

"""Words for sentences: sizes of files and memory, and the name that was probably meant."""

from explorer.base.text.sizes import size_text as size_text
from explorer.base.text.suggestion import did_you_mean as did_you_mean

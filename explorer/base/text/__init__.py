"""Words for sentences: sizes of files and memory, shares, and the name that was probably meant."""

from explorer.base.text.shares import percentage as percentage
from explorer.base.text.shares import percentage_with_error as percentage_with_error
from explorer.base.text.shares import share as share
from explorer.base.text.shares import share_with_error as share_with_error
from explorer.base.text.sizes import size_text as size_text
from explorer.base.text.suggestion import did_you_mean as did_you_mean

"""The colours of classes and runs and the marks of classes, the same on every page and in exported pictures."""

from explorer.base.palette.colours import CLASS_COLOURS as CLASS_COLOURS
from explorer.base.palette.colours import CLASS_MARKS as CLASS_MARKS
from explorer.base.palette.colours import RUN_COLOURS as RUN_COLOURS
from explorer.base.palette.colours import class_colour as class_colour
from explorer.base.palette.colours import class_mark as class_mark

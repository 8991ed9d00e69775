"""The widgets of the Compare page."""

from explorer.ui.compare.curves import compare_curves as compare_curves
from explorer.ui.compare.images import compare_images as compare_images
from explorer.ui.compare.maps import compare_maps as compare_maps
from explorer.ui.compare.measures import compare_measures as compare_measures
from explorer.ui.compare.runs import compare_runs as compare_runs
from explorer.ui.compare.runs import compared_how as compared_how
from explorer.ui.compare.walk import compare_walk as compare_walk

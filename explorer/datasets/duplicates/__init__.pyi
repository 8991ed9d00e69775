from explorer.datasets.duplicates.dropping import dropped_images as dropped_images
from explorer.datasets.duplicates.exact_copies import equal_images as equal_images
from explorer.datasets.duplicates.exact_copies import first_equal as first_equal
from explorer.datasets.duplicates.finding import QUICK as QUICK
from explorer.datasets.duplicates.finding import Duplicates as Duplicates
from explorer.datasets.duplicates.finding import find_duplicates as find_duplicates
from explorer.datasets.duplicates.finding import quick_duplicates as quick_duplicates
from explorer.datasets.duplicates.near_images import MAX_DISTANCE as MAX_DISTANCE

from explorer.images.thumbnails.sheets import PER_SHEET as PER_SHEET
from explorer.images.thumbnails.sheets import SHEET_COLUMNS as SHEET_COLUMNS
from explorer.images.thumbnails.sheets import thumbnail_sheet as thumbnail_sheet
from explorer.images.thumbnails.sheets import thumbnail_size as thumbnail_size

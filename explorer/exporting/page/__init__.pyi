from explorer.exporting.page.page import ExportedPage as ExportedPage
from explorer.exporting.page.page import page_of as page_of

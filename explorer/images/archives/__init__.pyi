from explorer.images.archives.unpacking import unpack_zip as unpack_zip
from explorer.images.archives.zip_archive import ZipEntry as ZipEntry
from explorer.images.archives.zip_archive import ZipLimits as ZipLimits
from explorer.images.archives.zip_archive import is_clutter as is_clutter
from explorer.images.archives.zip_archive import is_zip as is_zip
from explorer.images.archives.zip_archive import leads_out as leads_out
from explorer.images.archives.zip_archive import open_zip as open_zip

"""What every package may use: errors, settings, files, devices, formatting.

It knows nothing of models or data, and imports no other package of the project.
"""

from explorer.base.devices import device_title as device_title
from explorer.base.devices import resolve_device as resolve_device
from explorer.base.errors import DamagedFileError as DamagedFileError
from explorer.base.errors import ExplorerError as ExplorerError
from explorer.base.errors import Refusal as Refusal
from explorer.base.errors import damaged as damaged
from explorer.base.file_lock import locked as locked
from explorer.base.files import ensure_folder as ensure_folder
from explorer.base.files import json_bytes as json_bytes
from explorer.base.files import read_json as read_json
from explorer.base.files import remove_file as remove_file
from explorer.base.files import remove_files as remove_files
from explorer.base.files import unwritable as unwritable
from explorer.base.files import when_free as when_free
from explorer.base.files import write_atomic as write_atomic
from explorer.base.files import write_json as write_json
from explorer.base.formatting import counted as counted
from explorer.base.formatting import duration as duration
from explorer.base.formatting import figure_text as figure_text
from explorer.base.formatting import natural_key as natural_key
from explorer.base.formatting import significant as significant
from explorer.base.formatting import too_few as too_few
from explorer.base.json_records import record as record
from explorer.base.lazy_names import lazy_face as lazy_face
from explorer.base.runtime_settings import DEVICES as DEVICES
from explorer.base.runtime_settings import PROJECT as PROJECT
from explorer.base.runtime_settings import SHIPPED_RUNS as SHIPPED_RUNS
from explorer.base.runtime_settings import command_name as command_name
from explorer.base.runtime_settings import settings as settings
from explorer.base.web_origins import is_our_page as is_our_page

from explorer.importing.archive import run_archive as run_archive
from explorer.importing.conventions import Conventions as Conventions
from explorer.importing.importer import import_model as import_model
from explorer.importing.own_code import import_code as import_code
from explorer.importing.own_code import is_code as is_code
from explorer.importing.page_source import model_folders as model_folders
from explorer.importing.page_source import uploaded as uploaded
from explorer.importing.titles import form_title as form_title

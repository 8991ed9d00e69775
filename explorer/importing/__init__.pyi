from explorer.importing.conventions import Conventions as Conventions
from explorer.importing.importer import import_model as import_model
from explorer.importing.own_code import import_code as import_code
from explorer.importing.own_code import is_code as is_code

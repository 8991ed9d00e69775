from explorer.importing.conventions import Conventions as Conventions
from explorer.importing.importer import import_model as import_model

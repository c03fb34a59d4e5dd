"""Every table, so that the migrations see them all: each module below this folder declares those of its noun."""

from importlib import import_module
from pkgutil import walk_packages

from sqlmodel import SQLModel

import app.db

for module in walk_packages(app.db.__path__, "app.db."):
    if module.name != __name__:
        import_module(module.name)

metadata = SQLModel.metadata

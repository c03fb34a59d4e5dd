"""Every table, so that the migrations see them all: each module here declares those of its noun."""

from importlib import import_module
from pkgutil import iter_modules

from sqlmodel import SQLModel

import app.db

for found in iter_modules(app.db.__path__):
    import_module(f"app.db.{found.name}") if found.name != "tables" else None

metadata = SQLModel.metadata

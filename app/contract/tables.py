"""The nouns with declared operations, one in each module below this folder; both faces are made from them."""

import importlib
import pkgutil
from collections.abc import Iterator

import app.contract
from app.contract.operation import Noun


def _declared() -> Iterator[Noun]:
    for module in pkgutil.walk_packages(app.contract.__path__, "app.contract."):
        if module.name != __name__:
            yield from (one for one in vars(importlib.import_module(module.name)).values() if isinstance(one, Noun))


TABLES = tuple(sorted({id(one): one for one in _declared()}.values(), key=lambda noun: noun.name))

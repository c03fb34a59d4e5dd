"""Municipalities: the other party of every agreement; known by their CBS code (GM0758)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Municipality:
    id: UUID
    cbs_code: str
    name: str
    version: int = 1

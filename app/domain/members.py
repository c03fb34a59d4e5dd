"""Members: they make what the cooperative sells. The shop shows the trade name only."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.transitions import Transition


class MemberState(StrEnum):
    MEMBER = "member"
    PAUSED = "paused"


@dataclass(frozen=True)
class Member:
    """`goal_cents` is what the member saves for; `person_id` links to the person who may log in."""

    id: UUID
    cooperative_id: UUID
    name: str
    trade_name: str
    person_id: UUID | None = None
    state: MemberState = MemberState.MEMBER
    goal_text: str | None = None
    goal_cents: int | None = None
    version: int = 1


MEMBERSHIP: tuple[Transition[Member], ...] = (
    Transition("pause", ("member",), "paused", Right.WRITE_MEMBER),
    Transition("resume", ("paused",), "member", Right.WRITE_MEMBER),
)

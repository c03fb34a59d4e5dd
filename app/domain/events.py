"""What happened, told to the outside in the same transaction; and the tasks that it opens and closes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.access import Role


@dataclass(frozen=True)
class Event:
    """A row of the outbox: `name` is `noun.verb_past`, `facts` thin (ids, references, times; nothing private)."""

    id: UUID
    name: str
    cooperative_id: UUID
    subject_id: UUID
    facts: dict[str, Any]


@dataclass(frozen=True)
class Timer:
    """Something to do at `due_at`, once."""

    id: UUID
    kind: str
    cooperative_id: UUID
    subject_id: UUID
    due_at: datetime


@dataclass(frozen=True)
class Task:
    """Something that somebody of `role` at the cooperative has to do; of a member only, where `member_id` is set."""

    id: UUID
    cooperative_id: UUID
    role: Role
    what: str
    subject_id: UUID
    facts: dict[str, Any]
    created_at: datetime
    due_at: datetime | None = None
    member_id: UUID | None = None
    done_at: datetime | None = None
    done_by: UUID | None = None
    version: int = 1


@dataclass(frozen=True)
class Opening:
    """The task that an event opens: `due` names the fact that holds its time."""

    what: str
    role: Role
    due: str | None = None


MAIL = "mail.task"
"""The event that asks for a mail about a task; its facts hold `addresses`."""

OPENS: dict[str, tuple[Opening, ...]] = {
    "order.placed": (
        Opening("accept_order", Role.COORDINATOR, "acceptBy"),
        Opening("accept_order", Role.MEMBER, "acceptBy"),
    ),
    "order.accepted": (Opening("deliver_order", Role.MEMBER, "neededAt"),),
    "order.delivered": (Opening("record_payment", Role.TREASURER),),
    "order.expired": (Opening("call_customer", Role.COORDINATOR),),
    "offering.submitted": (Opening("review_offering", Role.COORDINATOR),),
    "claim.made": (Opening("decide_claim", Role.TREASURER),),
    "earning.waits_for_claims": (Opening("decide_open_claims", Role.TREASURER),),
    "agreement.tested": (Opening("sign_agreement", Role.TREASURER),),
}
CLOSES: dict[str, tuple[str, ...]] = {
    "order.accepted": ("accept_order",),
    "order.refused": ("accept_order",),
    "order.cancelled": ("accept_order", "deliver_order"),
    "order.expired": ("accept_order",),
    "order.delivered": ("deliver_order",),
    "order.paid": ("record_payment",),
    "offering.published": ("review_offering",),
    "offering.sent_back": ("review_offering",),
    "claim.decided": ("decide_claim",),
    "earning.posted": ("decide_open_claims",),
    "agreement.signed": ("sign_agreement",),
}

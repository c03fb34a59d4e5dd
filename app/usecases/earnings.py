"""Earnings: what each order brought a member, and where every cent of it went."""

from uuid import UUID

from app.db.earnings import earnings
from app.db.engine import Tx
from app.domain.access import Actor, Right, Role
from app.domain.earnings import Earning, EarningState
from app.domain.page import Page, PageRequest


async def list_earnings(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: UUID,
    page: PageRequest,
    state: EarningState | None = None,
    member_id: UUID | None = None,
) -> Page[Earning]:
    """The earnings of a cooperative for its staff; a member sees their own."""
    there = tuple(h.member_id for h in actor.holdings if h.cooperative_id == cooperative_id and h.member_id)
    staff = actor.may(Right.READ_EARNING, cooperative_id)
    actor.require(Right.READ_EARNING, cooperative_id, own=(Role.MEMBER,) if there else ())
    seen: tuple[UUID, ...] | UUID | None = member_id
    if not staff:
        seen = tuple(m for m in there if member_id in (None, m))
    return await earnings.page(tx, page, cooperative_id=cooperative_id, state=state, member_id=seen)


async def get_earning(tx: Tx, actor: Actor, *, earning_id: UUID) -> Earning:
    """One earning with its legs. Raises NotFound."""
    earning = await earnings.get(tx, earning_id)
    own = (Role.MEMBER,) if earning.member_id in actor.member_ids() else ()
    actor.require(Right.READ_EARNING, earning.cooperative_id, own=own)
    return earning

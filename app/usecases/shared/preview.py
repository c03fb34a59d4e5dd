"""Previews the split of an amount: the same split as the real one, but not booked."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.db.earning.agreements import agreement_on
from app.db.earning.earnings import fund_totals, year_totals
from app.db.engine import Tx
from app.domain.earning.split import Split, split
from app.domain.errors import AgreementMissing
from app.domain.ledger import AccountKind, Leg


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The split of an amount, with the version and the day that decide it."""

    agreement_id: UUID
    agreement_number: int
    day: date
    net_cents: int
    cost_cents: int
    split: Split

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The amounts of the costs and of everybody."""
        cost = Leg(kind=AccountKind.PAYABLE_MEMBER, cents=self.cost_cents, rule="cost", facts={"because": "of_preview"})
        return (cost, *self.split.legs) if self.cost_cents else self.split.legs

    @property
    def year_before_cents(self) -> int:
        return self.split.year_before.kept_cents

    @property
    def year_after_cents(self) -> int:
        return self.split.year_after.kept_cents


async def previewed(
    tx: Tx, cooperative_id: UUID, member_id: UUID | None, net_cents: int, cost_cents: int, day: date
) -> Preview:
    """The split by the version of `day`, with the member's real year so far. Raises AgreementMissing."""
    agreement = await agreement_on(tx, cooperative_id, day)
    if agreement is None:
        raise AgreementMissing(date=day.isoformat())
    months = await year_totals(tx, member_id, day.year) if member_id else []
    fund = await fund_totals(tx, cooperative_id, day.year) if agreement.fund_year_counts else []
    result = split(
        agreement,
        net_cents=net_cents,
        cost_cents=cost_cents,
        months=months,
        fund_months=fund,
        day=day,
        member_id=member_id,
    )
    return Preview(
        agreement_id=agreement.id,
        agreement_number=agreement.number,
        day=day,
        net_cents=net_cents,
        cost_cents=cost_cents,
        split=result,
    )

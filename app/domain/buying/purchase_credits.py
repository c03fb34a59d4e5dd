"""Credits of suppliers in joint purchases: the journals of each, and a wish without one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.domain.buying.joint_purchases import Credit, JointPurchase, Wish
from app.domain.buying.purchase_costs import lots_for
from app.domain.buying.spending import Lot, by_month
from app.domain.ledger import Journal

CREDIT = "credit"
"""The fact of each leg that names the credit."""


def borne_cents(purchase: JointPurchase, cooperative_id: UUID, credit: Credit) -> int:
    """The amount that a credit gives back to whoever paid the wish: without the VAT that its cooperative deducted."""
    return credit.cents if purchase.pays_vat(cooperative_id) else credit.cents - credit.vat_cents


def by_credit(
    purchase: JointPurchase, given: Sequence[Credit], places: Mapping[UUID, UUID], journals: Iterable[Journal]
) -> dict[UUID, list[Journal]]:
    """The journals of each credit, by its id: of the lead, and of the cooperative of the wish if that is another one.

    `places` has the cooperative of each wish. Legs of an earlier version name no credit: these journals are those of
    the credits that no leg names, in their order.
    """
    found: dict[UUID, list[Journal]] = {}
    unnamed = []
    for journal in sorted(journals, key=lambda one: one.part):
        name = next((entry.facts[CREDIT] for entry in journal.entries if CREDIT in entry.facts), None)
        if name is None:
            unnamed.append(journal)
        else:
            found.setdefault(UUID(name), []).append(journal)
    for credit in sorted(given, key=lambda one: one.id):
        if credit.id not in found:
            sides = 1 if places[credit.wish_id] == purchase.cooperative_id else 2
            found[credit.id], unnamed = unnamed[:sides], unnamed[sides:]
    return found


def uncredited(wish: Wish, cents: int, free: Sequence[Lot], day: date) -> Wish:
    """The wish without a credit of `cents`. It pays them with money of the oldest months that are `free` in its pot.

    The rest is of the month of `day`: a debt until then.
    """
    lots = tuple(by_month((*wish.lots, *lots_for(free, cents, day)))) if wish.paid_by == "pot" else wish.lots
    return replace(wish, credited_cents=wish.credited_cents - cents, lots=lots)

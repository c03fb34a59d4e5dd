"""Suppliers by the name that people give: the one of that name, or a new one."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.db.books.suppliers import add_missing, suppliers_named
from app.db.engine import Tx, uuid7
from app.domain.books.suppliers import Supplier
from app.domain.ledger import AccountKind, Leg


def new_supplier(cooperative_id: UUID, name: str) -> Supplier:
    """A supplier that has only a name yet."""
    supplier_id = uuid7()
    return Supplier(id=supplier_id, cooperative_id=cooperative_id, name=name, account=str(supplier_id))


async def supplier_named(tx: Tx, cooperative_id: UUID, name: str) -> Supplier:
    """The supplier of a cooperative with this name, in capitals or not; it is added if there is none."""
    return (await _all_named(tx, cooperative_id, [name]))[name]


async def with_accounts(tx: Tx, cooperative_id: UUID, legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The legs, in which each supplier that is named has its account instead of its name."""
    names = sorted({leg.party for leg in legs if leg.kind is AccountKind.PAYABLE_SUPPLIER and leg.party})
    if not names:
        return tuple(legs)
    found = await _all_named(tx, cooperative_id, names)
    return tuple(
        replace(leg, party=found[leg.party].account) if leg.kind is AccountKind.PAYABLE_SUPPLIER and leg.party else leg
        for leg in legs
    )


async def _all_named(tx: Tx, cooperative_id: UUID, names: Sequence[str]) -> dict[str, Supplier]:
    """The suppliers with these names; those that are missing are added."""
    found = await suppliers_named(tx, cooperative_id, names)
    missing = [name for name in names if name not in found]
    if not missing:
        return found
    await add_missing(tx, [new_supplier(cooperative_id, name) for name in missing])
    return await suppliers_named(tx, cooperative_id, names)

"""Suppliers of cooperatives. Whatever names one in words finds it, or adds it."""

from dataclasses import replace
from typing import Annotated

from app.db.books import suppliers as rows
from app.db.books.suppliers import suppliers
from app.db.engine import Tx
from app.db.failures import unique_or
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.suppliers import Supplier
from app.domain.errors import AlreadyExists
from app.domain.page import Page, PageRequest
from app.domain.people.addresses import NETHERLANDS
from app.ids import CooperativeId, SupplierId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.addresses import Country, VatIdOrNone
from app.usecases.shared.suppliers import new_supplier
from app.vocabulary import Doc, EmailOrNone, Form, KvkNumberOrNone, Name, SupplierName, Version

NewName = Annotated[Name, Doc("The name, by which claims and jobs find it.")]
PartOfName = Annotated[SupplierName, Doc("The name, or a part of it.")]
Abroad = Annotated[Country, Doc("The country where it is established.")]
TAKEN = AlreadyExists(how="supplier")


class SupplierChange(Form):
    """The fields of a supplier that change."""

    name: NewName = ""
    kvk_number: KvkNumberOrNone = None
    vat_id: VatIdOrNone = None
    country: Abroad = NETHERLANDS
    email: EmailOrNone = None


@shows_private
async def list_suppliers(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, name: PartOfName | None = None
) -> Page[Supplier]:
    """The suppliers of a cooperative, newest first; by name or a part of it. For the staff."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_SUPPLIER, cooperative_id)
    return await rows.list_suppliers(tx, page, cooperative_id, name)


@shows_private
@reads_by_id(suppliers)
async def get_supplier(tx: Tx, actor: Actor, *, supplier_id: SupplierId) -> Supplier:
    """One supplier, for the staff. Raises NotFound."""
    supplier = await suppliers.get(tx, supplier_id)
    actor.require(Right.READ_SUPPLIER, supplier.cooperative_id)
    return supplier


async def add_supplier(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    name: NewName,
    kvk_number: KvkNumberOrNone = None,
    vat_id: VatIdOrNone = None,
    country: Abroad = NETHERLANDS,
    email: EmailOrNone = None,
) -> Supplier:
    """Add a supplier. Its name, in capitals or not, is its own in the cooperative. Raises AlreadyExists."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_SUPPLIER, cooperative_id)
    supplier = replace(
        new_supplier(cooperative_id, name),
        kvk_number=kvk_number,
        vat_id=vat_id,
        country=country,
        email=email,
    )
    await suppliers.add_new(tx, supplier, TAKEN)
    return supplier


async def change_supplier(
    tx: Tx, actor: Actor, *, supplier_id: SupplierId, expected_version: Version | None, changes: SupplierChange
) -> Supplier:
    """Change a supplier. Fields that are left out keep their value; its account in the books stays.

    Raises Stale, AlreadyExists.
    """
    supplier = await suppliers.get(tx, supplier_id, lock=True)
    actor.require(Right.WRITE_SUPPLIER, supplier.cooperative_id)
    expect(supplier.version, expected_version)
    with unique_or(TAKEN):
        saved = await suppliers.change(tx, supplier, replace(supplier, **changes.named()))
        await tx.flush()
    return saved

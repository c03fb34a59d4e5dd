"""Customers: a person's own contact card."""

from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.people.persons import ensure_person
from app.db.selling.customers import customers
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import NotFound
from app.domain.selling.customers import Contact, Customer, invoiceable
from app.usecases.declared.version import expect
from app.usecases.shared.contacts import WhoBuys, buyer_of
from app.vocabulary import EmailOrNone, Name, PhoneOrNone, Version


async def get_my_contact(tx: Tx, actor: Actor) -> Customer:
    """The caller's own contact card. Raises NotFound before there is one."""
    actor.require(Right.READ_ORDER, own=actor.as_self())
    found = await customers.find(tx, person_id=actor.person_id) if actor.person_id else None
    if found is None:
        raise NotFound
    return found


async def set_my_contact(
    tx: Tx,
    actor: Actor,
    *,
    name: Name,
    email: EmailOrNone = None,
    phone: PhoneOrNone = None,
    buyer: WhoBuys | None = None,
    expected_version: Version | None = None,
) -> Customer:
    """Create or change the caller's own contact card. It needs what the contact of an order needs.

    Raises ContactIncomplete, BuyerReferenceNeeded, BuyerNumberNeeded, BuyerAddressNeeded, Stale.
    """
    actor.require(Right.BE_CUSTOMER, own=actor.as_self())
    person_id: UUID = await ensure_person(tx, actor.issuer or "", actor.subject or "", name)
    found = await customers.find(tx, person_id=person_id, lock=True)
    expect(None if found is None else found.version, expected_version)
    contact = invoiceable(Contact(name=name, email=email, phone=phone, buyer=buyer_of(buyer)))
    if found is None:
        customer = Customer(uuid7(), person_id, contact)
        await customers.add(tx, customer)
        return customer
    return await customers.change(tx, found, Customer(found.id, person_id, contact, found.version))

"""Bank accounts of creditors: table and queries. Those of members are sealed under the member's key."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.people.permissions import member_key
from app.db.store import Store
from app.domain.books.payee_accounts import PayeeAccount
from app.domain.page import Page, PageRequest

OF_CREDITOR = ("cooperative_id", "creditor_kind", "creditor_id")


class PayeeAccountRow(SQLModel, table=True):
    """A trigger refuses any change of one that was withdrawn or replaced."""

    __tablename__ = "payee_account"
    __table_args__ = (
        c.check(
            "payee_account_creditor",
            "creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')",
        ),
        c.check(
            "payee_account_member",
            "(creditor_kind = 'member') = (member_id is not null) and (member_id is null or member_id = creditor_id)",
        ),
        c.check("payee_account_iban", "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'"),
        c.check(
            "payee_account_sealed",
            "(sealed is not null) = (member_id is not null) and (iban is null) = (sealed is not null)"
            " and (name is null) = (sealed is not null)",
        ),
        c.check("payee_account_state", "state in ('proposed', 'confirmed', 'withdrawn', 'replaced')"),
        c.check("payee_account_two_people", "confirmed_by <> proposed_by"),
        c.check(
            "payee_account_confirmed",
            "(confirmed_by is not null or state not in ('confirmed', 'replaced'))"
            " and (confirmed_by is null or state <> 'proposed') and (confirmed_at is null) = (confirmed_by is null)",
        ),
        Index("payee_account_one_proposed", *OF_CREDITOR, unique=True, postgresql_where=sql_text("state = 'proposed'")),
        Index(
            "payee_account_one_confirmed", *OF_CREDITOR, unique=True, postgresql_where=sql_text("state = 'confirmed'")
        ),
        *c.longest("payee_account", name=70, sealed=800),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    creditor_kind: str = c.text()
    creditor_id: UUID = c.link(None, index=False)
    member_id: UUID | None = c.link("member", null=True)
    iban: str | None = c.text(null=True)
    name: str | None = c.text(null=True)
    sealed: str | None = c.text(null=True)
    """IBAN and name of a member's account."""
    state: str = c.text()
    proposed_by: UUID = c.link("person", index=False)
    proposed_at: datetime = c.when()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    confirmed_at: datetime | None = c.when(null=True)
    version: int


@dataclass(frozen=True, kw_only=True)
class StoredPayeeAccount(PayeeAccount):
    """An account as the database has it: of a member `iban` and `name` are in `sealed` alone."""

    sealed: str | None = None
    wrapped: str | None = None
    """The member's key, which the installation's key wraps; None once the member was erased."""


payee_accounts: Store[PayeeAccount] = Store(
    PayeeAccountRow,
    StoredPayeeAccount,
    fixed=(
        *OF_CREDITOR,
        "member_id",
        "iban",
        "name",
        "sealed",
        "proposed_by",
        "proposed_at",
    ),
    wrapped="(select encode(k.wrapped, 'base64') from sealed_key k where k.member_id = t.member_id)",
    umbrella_id=UMBRELLA,
)
OPENED = [field.name for field in fields(PayeeAccount)]


def opened(tx: Tx, stored: PayeeAccount) -> PayeeAccount:
    """The account of a row, with its IBAN and name in plain text."""
    account = PayeeAccount(**{name: getattr(stored, name) for name in OPENED})
    if not isinstance(stored, StoredPayeeAccount) or stored.sealed is None or stored.wrapped is None:
        return account
    text = tx.sealing.open(_bytes(stored.wrapped), _bytes(stored.sealed), stored.id.bytes)
    iban, name = json.loads(text)
    return replace(account, iban=iban, name=name)


async def add_payee_account(tx: Tx, account: PayeeAccount) -> None:
    """Insert an account; that of a member is sealed."""
    stored = StoredPayeeAccount(**{name: getattr(account, name) for name in OPENED})
    if account.member_id is not None:
        wrapped = await member_key(tx, account.member_id, account.cooperative_id)
        sealed = tx.sealing.seal(wrapped, json.dumps([account.iban, account.name]), account.id.bytes)
        stored = replace(stored, iban=None, name=None, sealed=base64.b64encode(sealed).decode())
    await payee_accounts.add(tx, stored)


async def page_of_payee_accounts(tx: Tx, request: PageRequest, **equal: object) -> Page[PayeeAccount]:
    """A page of accounts in plain text."""
    page = await payee_accounts.page(tx, request, **equal)
    return Page([opened(tx, stored) for stored in page.rows], page.has_next)


async def payee_accounts_of_members(tx: Tx, member_ids: tuple[UUID, ...]) -> list[PayeeAccount]:
    """Every account that these members ever set, in plain text."""
    return [opened(tx, stored) for stored in await payee_accounts.all(tx, member_id=member_ids)]


async def accounts_by_id(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, PayeeAccount]:
    """These accounts in plain text, by their ids; for the staff."""
    return {one.id: opened(tx, one) for one in await payee_accounts.all(tx, id=tuple(ids))}


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)

"""Suppliers of cooperatives: table and queries."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.conditions import Conditions
from app.db.engine import Tx
from app.db.store import Store
from app.domain.books.suppliers import Supplier
from app.domain.page import Page, PageRequest, cut


class SupplierRow(SQLModel, table=True):
    __tablename__ = "supplier"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "account"),
        Index("supplier_name_once", "cooperative_id", sql_text("lower(name collate pg_c_utf8)"), unique=True),
        c.check("supplier_kvk_number", "kvk_number ~ '^[0-9]{8}$'"),
        c.check("supplier_country", "country ~ '^[A-Z]{2}$'"),
        *c.longest("supplier", name=120, account=120, vat_id=20, email=254),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    name: str = c.text()
    account: str = c.text()
    kvk_number: str | None = c.text(null=True)
    vat_id: str | None = c.text(null=True)
    country: str = c.text()
    email: str | None = c.text(null=True)
    version: int


suppliers = Store(SupplierRow, Supplier, fixed=("cooperative_id", "account"))


async def list_suppliers(tx: Tx, request: PageRequest, cooperative_id: UUID, name: str | None) -> Page[Supplier]:
    """The suppliers of a cooperative, newest first; with a name, those whose own contains it."""
    conditions = Conditions()
    conditions.add(f"t.cooperative_id = {conditions.placed(cooperative_id)}")
    if name:
        wanted = conditions.placed(name)
        conditions.add(f"strpos(lower(t.name collate pg_c_utf8), lower({wanted} collate pg_c_utf8)) > 0")
    rows = await tx.rows(conditions.page(suppliers, request, narrow=bool(name)), *conditions.arguments)
    return cut([suppliers.load(row) for row in rows], request)


async def suppliers_named(tx: Tx, cooperative_id: UUID, names: Sequence[str]) -> dict[str, Supplier]:
    """The suppliers of a cooperative with these names, in capitals or not, by the name that was asked for."""
    sql = f"""select n.name as asked, {suppliers.own} from unnest($2::text[]) n (name)
                join supplier t on t.cooperative_id = $1
                 and lower(t.name collate pg_c_utf8) = lower(n.name collate pg_c_utf8)"""
    rows = [dict(row) for row in await tx.rows(sql, cooperative_id, names)]
    return {row.pop("asked"): suppliers.load(row) for row in rows}


async def add_missing(tx: Tx, found: Sequence[Supplier]) -> None:
    """Adds these suppliers, unless somebody added one of that name meanwhile."""
    names = ", ".join(suppliers.columns)
    sql = f"""insert into supplier ({names}) select {names} from jsonb_populate_recordset(null::supplier, $1)
              on conflict (cooperative_id, lower(name collate pg_c_utf8)) do nothing"""
    await tx.value(sql, suppliers.records(found))

"""Prefixes of invoice numbers that are taken: table and queries."""

from datetime import date
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.domain.people.cooperatives import Cooperative


class InvoicePrefixRow(SQLModel, table=True):
    """Append-only. `owner` is the legal entity: a KvK number, or the id of a cooperative without one."""

    __tablename__ = "invoice_prefix"
    __table_args__ = (c.check("invoice_prefix_form", "prefix ~ '^[A-Z]{1,6}$' and prefix !~ '^RF'"),)
    owner: str = Field(sa_type=Text, primary_key=True)
    prefix: str = Field(sa_type=Text, primary_key=True)
    cooperative_id: UUID = c.link("cooperative")
    since: date = c.day()


async def reserve_prefixes(tx: Tx, cooperative: Cooperative) -> bool:
    """Reserves the prefix of a cooperative in its legal entity, with those that it had before.

    Returns whether it may use its prefix: no other cooperative of that entity has used it. The caller has locked the
    cooperative.
    """
    sql = """
        insert into invoice_prefix (owner, prefix, cooperative_id, since)
        select $1, prefix, $2, $4
          from (select prefix from invoice_prefix where cooperative_id = $2
                union select $3::text where $3::text is not null) own
         order by prefix
        on conflict (owner, prefix) do nothing"""
    owner, prefix = cooperative.legal_entity, cooperative.invoice_prefix
    await tx.value(sql, owner, cooperative.id, prefix, tx.today)
    mine = "select cooperative_id = $3 from invoice_prefix where owner = $1 and prefix = $2"
    return prefix is None or bool(await tx.value(mine, owner, prefix, cooperative.id))


async def begin_unchecked(tx: Tx, cooperative_id: UUID) -> bool:
    """Begins the numbers of this year, unchecked, if the database was restored in it; whether it did.

    A cooperative may have had a prefix, and given numbers, that came after the backup.
    """
    begun: bool = await tx.value("select begin_unchecked($1, $2)", cooperative_id, tx.today.year)
    return begun

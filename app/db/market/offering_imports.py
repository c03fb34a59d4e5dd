"""Imports of offerings and what became of each row: tables, and the statements that write many offerings at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.market.offerings import lock_stock, offerings
from app.db.store import Store
from app.domain.market.offering_imports import LEASE, ImportOutcome, OfferingImport, RowReport
from app.domain.market.offerings import Offering


class OfferingImportRow(SQLModel, table=True):
    __tablename__ = "offering_import"
    __table_args__ = (
        c.check("offering_import_state", "state in ('running', 'done', 'stopped')"),
        c.check("offering_import_review", "review in ('publish', 'send_back')"),
        c.check("offering_import_lease", "(state = 'running') = (lease_until is not null)"),
        Index("offering_import_running", "lease_until", postgresql_where=sql_text("state = 'running'")),
        *c.longest("offering_import", source=60, reason=200, review_reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    source: str = c.text()
    dry_run: bool
    started_at: datetime = c.when()
    state: str = c.text()
    created: int
    changed: int
    unchanged: int
    refused: int
    finished_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    lease_until: datetime | None = c.when(null=True)
    review: str | None = c.text(null=True)
    review_reason: str = c.text()
    reviewed_at: datetime | None = c.when(null=True)
    version: int


class RowReportRow(SQLModel, table=True):
    __tablename__ = "offering_import_row"
    __table_args__ = (
        Index("offering_import_row_outcome", "import_id", "outcome", "id"),
        c.check("offering_import_row_outcome", "outcome in ('created', 'changed', 'unchanged', 'refused')"),
    )
    id: UUID = c.key()
    import_id: UUID = c.link("offering_import", index=False)
    cooperative_id: UUID = c.link("cooperative", index=False)
    number: int
    external_id: str = c.text()
    outcome: str = c.text()
    offering_id: UUID | None = c.link(None, null=True, index=False)
    errors: list[Any] = c.json()


imports = Store(
    OfferingImportRow,
    OfferingImport,
    fixed=("cooperative_id", "source", "dry_run", "started_at"),
    held="(select count(*) from offering o where o.import_id = t.id and o.state = 'in_review')",
)
reports = Store(RowReportRow, RowReport)


async def of_source(tx: Tx, cooperative_id: UUID, source: str, external_ids: Sequence[str]) -> dict[str, Offering]:
    """The offerings with these external ids, locked with their stock, in one order for everybody.

    Each is looked up by itself: a plan over all of the cooperative's would slow down as they grow. One transaction of
    a source at a time: two that make the same new offering would collide.
    """
    await tx.value("select pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2, 0))", cooperative_id, source)
    sql = """select t.id from unnest($3::text[]) e (external_id) cross join lateral (
                 select id from offering t where t.cooperative_id = $1 and t.source = $2
                    and t.external_id = e.external_id offset 0) t"""
    ids = [row["id"] for row in await tx.rows(sql, cooperative_id, source, list(external_ids))]
    await lock_stock(tx, ids)
    rows = await tx.rows(f"{offerings.select} where t.id = any($1) order by t.id for no key update of t", ids)
    return {str(row["external_id"]): offerings.load(row) for row in rows}


async def stock_all(tx: Tx, stocked: Sequence[Offering]) -> None:
    """Write the units of these offerings."""
    sql = """insert into stock (offering_id, units, held, said)
             select * from unnest($1::uuid[], $2::int[], $3::int[], $4::int[])
             on conflict (offering_id) do update set units = excluded.units, said = excluded.said"""
    known = [offering for offering in stocked if offering.stock is not None]
    if known:
        columns = ([o.id for o in known], [o.stock for o in known], [o.held for o in known], [o.said for o in known])
        await tx.value(sql, *columns)


async def publish_all(tx: Tx, published: Sequence[tuple[Offering, dict[str, Any]]]) -> None:
    """Keep the new editions of these offerings."""
    sql = """insert into offering_edition (offering_id, edition, published_at, contents)
             select id, edition, $1, contents from jsonb_to_recordset($2) as r (id uuid, edition int, contents jsonb)"""
    rows = [{"id": str(offering.id), "edition": offering.edition, "contents": it} for offering, it in published]
    if rows:
        await tx.value(sql, tx.now, rows)


async def report_all(tx: Tx, found: Sequence[RowReport]) -> None:
    """Write the reports of rows, add them to the counts of their import, and renew its lease."""
    await reports.add_all(tx, found)
    if not found:
        return
    counts = [sum(row.outcome is outcome for row in found) for outcome in ImportOutcome]
    sql = """update offering_import set created = created + $2, changed = changed + $3, unchanged = unchanged + $4,
                    refused = refused + $5, lease_until = $6, version = version + 1 where id = $1"""
    await tx.value(sql, found[0].import_id, *counts, tx.now + LEASE)


async def renew(tx: Tx, import_id: UUID) -> None:
    """Renew the lease of an import that still runs."""
    sql = "update offering_import set lease_until = $2 where id = $1 and state = 'running'"
    await tx.value(sql, import_id, tx.now + LEASE)


async def stop_lapsed(tx: Tx, reason: str, cooperative_id: UUID | None = None) -> list[OfferingImport]:
    """Stop imports whose lease ran out, of one cooperative or of all that the role sees. Returns them."""
    sql = """update offering_import set state = 'stopped', finished_at = $1, reason = $2, lease_until = null,
                    version = version + 1
              where state = 'running' and lease_until < $1 and ($3::uuid is null or cooperative_id = $3) returning id"""
    ids = tuple(row["id"] for row in await tx.rows(sql, tx.now, reason, cooperative_id))
    return await imports.all(tx, id=ids) if ids else []


async def held_of(
    tx: Tx, import_id: UUID, limit: int, *, after: UUID | None, makers: Sequence[str] | None, but: Sequence[UUID]
) -> list[Offering]:
    """Offerings that an import holds for review, by id after one of them, locked.

    With `makers` only those of members in one of these states, and of none of the members `but`.
    """
    sql = f"""{offerings.select}
        where t.import_id = $1 and t.state = 'in_review' and ($2::uuid is null or t.id > $2) and ($3::text[] is null
              or t.member_id <> all($4) and exists (select 1 from member m where m.id = t.member_id
                                                       and m.state = any($3)))
        order by t.id limit {int(limit)} for no key update of t"""
    return [offerings.load(row) for row in await tx.rows(sql, import_id, after, makers, list(but))]


async def decide_all(tx: Tx, decided: Sequence[Offering]) -> None:
    """Write what a review changes of these offerings, which are locked; nothing else of the rows is written anew."""
    sql = """update offering t set state = n.state, edition = n.edition, import_id = null, version = t.version + 1
               from unnest($1::uuid[], $2::text[], $3::int[]) n (id, state, edition) where t.id = n.id"""
    await tx.value(sql, [o.id for o in decided], [o.state for o in decided], [o.edition for o in decided])


async def holds_any(tx: Tx, import_id: UUID) -> bool:
    """Whether something of an import waits for review."""
    sql = "select exists (select 1 from offering where import_id = $1 and state = 'in_review')"
    return bool(await tx.value(sql, import_id))

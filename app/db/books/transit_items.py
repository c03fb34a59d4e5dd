"""What waits for a line of a bank statement: queries."""

from datetime import date
from uuid import UUID

from app.db.engine import Tx
from app.domain.books.transit_items import TransitItem
from app.domain.ledger import JournalKind
from app.domain.page import Page, PageRequest, cut


async def list_items(tx: Tx, cooperative_id: UUID, page: PageRequest) -> Page[TransitItem]:
    """What waits, newest first. An item and its reversal are on one account, so they close each other."""
    sql = f"""
        select j.id, j.cooperative_id, j.kind, j.source_type, j.source_id, j.effective_on as day, -b.posted as cents
          from account a join balance b on b.account_id = a.id and b.posted <> 0
          join journal j on j.id = a.party::uuid
         where a.cooperative_id = $1 and a.kind = 'in_transit' and a.currency = 'EUR' and a.party is not null
           and ($2::uuid is null or j.id < $2) order by j.id desc limit {int(page.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, page.after)
    return cut([TransitItem(**dict(row) | {"kind": JournalKind(row["kind"])}) for row in rows], page)


async def waiting_since_before(tx: Tx, day: date, *cooperative_ids: UUID) -> list[UUID]:
    """The cooperatives, or those among these, for which something waits since before a day, in one statement.

    If an amount was undone or brought by a line and then waits again, it waits since that day.
    """
    sql = """
        select distinct a.cooperative_id from account a join balance b on b.account_id = a.id and b.posted <> 0
         where a.kind = 'in_transit' and a.currency = 'EUR' and a.party is not null
           and (cardinality($2::uuid[]) = 0 or a.cooperative_id = any($2))
           and $1 > (select min(j.effective_on) from entry e join journal j on j.id = e.journal_id
                      where e.account_id = a.id
                        and e.version > coalesce((select max(z.version) from entry z
                                                   where z.account_id = a.id and z.balance_after = 0), 0))
         order by 1"""
    return [UUID(int=row["cooperative_id"].int) for row in await tx.rows(sql, day, list(cooperative_ids))]

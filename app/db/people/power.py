"""The trail of power: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.people.power import PowerEvent, PowerKind


class PowerEventRow(SQLModel, table=True):
    """Append-only: triggers refuse any change but that the reason is forgotten."""

    __tablename__ = "power_event"
    __table_args__ = (
        c.check("power_event_kind", f"kind in {tuple(map(str, PowerKind))}"),
        c.check("power_event_about", "(person_id is null) <> (app_id is null)"),
        *c.longest("power_event", reason=500),
    )
    id: UUID = c.key()
    kind: str = c.text()
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True)
    app_id: UUID | None = c.link("app", null=True)
    cooperative_id: UUID | None = c.link("cooperative", null=True)
    municipality_id: UUID | None = c.link("municipality", null=True, index=False)
    member_id: UUID | None = c.link("member", null=True, index=False)
    role: str | None = c.text(null=True)
    scopes: list[str] = c.texts()
    keys: list[str] = c.texts()
    by_person_id: UUID | None = c.link("person", null=True, index=False)
    by_app_id: UUID | None = c.link("app", null=True, index=False)
    reason: str = c.text()


power_events = Store(PowerEventRow, PowerEvent)


async def power_events_at(
    tx: Tx, request: PageRequest, cooperative_id: UUID, kinds: tuple[PowerKind, ...]
) -> Page[PowerEvent]:
    """The events of a cooperative and of the apps that work for it, newest first."""
    sql = f"""{power_events.select}
        where (t.cooperative_id = $1
               or t.app_id = any(array(select a.id from app a where a.cooperative_ids @> array[$1::uuid])))
          and t.kind = any($2) and ($3::uuid is null or t.id < $3)
        order by t.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, list(kinds), request.after)
    return cut([power_events.load(row) for row in rows], request)

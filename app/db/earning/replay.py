"""The figures of replays that municipalities were shown: table and queries."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.earning.agreements import Agreement
from app.domain.earning.replay import Compared, ReplayFigures


class ReplayFiguresRow(SQLModel, table=True):
    __tablename__ = "replay_figures"
    __table_args__ = (UniqueConstraint("agreement_id", "year", "rules"),)
    id: UUID = c.key()
    agreement_id: UUID = c.link("agreement", index=False)
    cooperative_id: UUID = c.link("cooperative", index=False)
    municipality_id: UUID = c.link("municipality", index=False)
    year: int
    rules: str = c.text()
    result: dict[str, Any] = c.json()


replay_figures = Store(ReplayFiguresRow, ReplayFigures)


async def first_shown(tx: Tx, cooperative_id: UUID, year: int) -> Compared | None:
    """The totals of a cooperative's year that its municipality was shown first."""
    sql = f"""{replay_figures.select} where t.cooperative_id = $1 and t.year = $2
              and t.result ->> 'total' is not null order by t.id limit 1"""
    row = await tx.row(sql, cooperative_id, year)
    return None if row is None else replay_figures.load(row).result.total


async def sets_shown(tx: Tx, agreement: Agreement, year: int, *, but: str) -> int:
    """The number of other sets of rules under which the agreement's municipality was shown a year."""
    sql = """select count(distinct rules) from replay_figures
             where cooperative_id = $1 and municipality_id = $2 and year = $3 and rules <> $4"""
    return int(await tx.value(sql, agreement.cooperative_id, agreement.municipality_id, year, but))


async def keep_first(tx: Tx, figures: ReplayFigures) -> ReplayFigures:
    """Stores the figures unless there are some for this version, year and rules. Returns what is stored."""
    sql = """insert into replay_figures (id, agreement_id, cooperative_id, municipality_id, year, rules, result)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (agreement_id, year, rules) do nothing"""
    await tx.value(
        sql,
        figures.id,
        figures.agreement_id,
        figures.cooperative_id,
        figures.municipality_id,
        figures.year,
        figures.rules,
        figures.result,
    )
    kept = await replay_figures.find(tx, agreement_id=figures.agreement_id, year=figures.year, rules=figures.rules)
    return kept or figures

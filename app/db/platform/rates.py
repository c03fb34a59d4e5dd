"""The units that clients spent in the present window, for all processes. The table is unlogged: a crash may lose it."""

from datetime import datetime

from sqlalchemy import DateTime, Text
from sqlmodel import Field, SQLModel

from app.db.engine import Database, Tx


class RateRow(SQLModel, table=True):
    __tablename__ = "rate_window"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    client: str = Field(sa_type=Text, primary_key=True)
    began: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    spent: int


async def spend(database: Database, client: str, began: datetime, units: int) -> int:
    """Take units out of a client's window. Returns what all processes have taken by now."""
    row = await database.only("select spend_units($1, $2, $3)", client, began, units)
    return int(row[0])


async def forget_windows(tx: Tx, before: datetime) -> None:
    """Drop windows that are over."""
    await tx.value("delete from rate_window where began < $1", before)

"""The dated VAT rates as a table, for the catalogue's prices; filled from the domain's own at every migration."""

from datetime import date

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db.engine import Tx
from app.domain.vat import RATES


class VatRateRow(SQLModel, table=True):
    __tablename__ = "vat_rate"
    vat_class: str = Field(sa_type=Text, primary_key=True)
    from_date: date = Field(primary_key=True)
    basis_points: int


async def write_rates(tx: Tx) -> None:
    sql = """insert into vat_rate (vat_class, from_date, basis_points) values ($1, $2, $3)
             on conflict (vat_class, from_date) do update set basis_points = excluded.basis_points"""
    await tx.many(sql, [(rate.vat_class, rate.from_date, rate.basis_points) for rate in RATES])

"""The cooperatives whose books of before an upgrade are still to be carried over: `app.usecases.shared.carry_over`."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class BooksToCarryOverRow(SQLModel, table=True):
    __tablename__ = "books_to_carry_over"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)

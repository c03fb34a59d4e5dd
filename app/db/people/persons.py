"""People and their offices: tables and queries. `enter` tells the database who acts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Answers, Database, Tx
from app.db.store import Query, Store, answers_to
from app.db.unit_of_work import all_of
from app.domain.access import Role
from app.domain.actors import Actor, Holding, Identity
from app.domain.errors import TokenRefused
from app.domain.people.persons import Office, Person


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        c.check("person_email", "email ~ '^[^@ ]+@[^@ ]+[.][^@ ]+$'"),
        *c.longest("person", issuer=300, subject=300, name=120, email=254),
    )
    id: UUID = c.key()
    issuer: str = c.text()
    subject: str = c.text()
    name: str = c.text()
    email: str | None = c.text(null=True)
    version: int


class OfficeRow(SQLModel, table=True):
    """Never deleted: a trigger lets an office end once, and refuses any other change."""

    __tablename__ = "office"
    __table_args__ = (
        Index(
            "office_in_force",
            "person_id",
            "role",
            "cooperative_id",
            "municipality_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at is null"),
        ),
        c.check("office_end", "ended_at is not null or ended_by is null"),
        c.check(
            "office_place",
            "case role when 'network' then cooperative_id is null and municipality_id is null"
            " when 'coordinator' then cooperative_id is not null and municipality_id is null"
            " when 'treasurer' then cooperative_id is not null and municipality_id is null"
            " when 'approver' then cooperative_id is not null and municipality_id is null"
            " when 'case_manager' then cooperative_id is null and municipality_id is not null"
            " when 'controller' then cooperative_id is null and municipality_id is not null"
            " else false end",
        ),
    )
    id: UUID = c.key()
    person_id: UUID = c.link("person")
    role: str = c.text()
    cooperative_id: UUID | None = c.link("cooperative", null=True)
    municipality_id: UUID | None = c.link("municipality", null=True)
    given_at: datetime = c.when()
    given_by: UUID | None = c.link("person", null=True, index=False)
    ended_at: datetime | None = c.when(null=True)
    ended_by: UUID | None = c.link("person", null=True, index=False)


PLACES = ("cooperative_id", "municipality_id", "member_id")
"""Where somebody holds a role, in the order of `Holding`."""
people = Store(PersonRow, Person, fixed=("issuer", "subject", "name"))
offices = Store(OfficeRow, Office)


async def offices_of(tx: Tx, person_id: UUID) -> list[Office]:
    """The offices in force that a person holds."""
    rows = await tx.rows(f"{offices.select} where t.person_id = $1 and t.ended_at is null order by t.id", person_id)
    return [offices.load(row) for row in rows]


async def offices_at(tx: Tx, cooperative_id: UUID) -> list[Office]:
    """The offices in force at a cooperative."""
    sql = f"{offices.select} where t.cooperative_id = $1 and t.ended_at is null order by t.id"
    return [offices.load(row) for row in await tx.rows(sql, cooperative_id)]


async def end_office(tx: Tx, office_id: UUID, by: UUID | None) -> Office | None:
    """The office, which ends now; None if it is not in force."""
    sql = f"""update office t set ended_at = $2, ended_by = $3 where t.id = $1 and t.ended_at is null
              returning {offices.own}"""
    row = await tx.row(sql, office_id, tx.now, by)
    return offices.load(row) if row else None


async def enter(tx: Tx, who: Identity) -> Actor:
    """Tell the database who acts in this transaction, for its row-level security, and read what they hold.

    Raises TokenRefused where the token came through an app that is shut out.
    """
    return actor_of(await tx.value("select enter($1, $2, $3)", who.issuer, who.subject, who.client_id), who)


async def enter_asking(database: Database, who: Identity, queries: tuple[Query[Any], ...]) -> tuple[Actor, Answers]:
    """The same, and the answers to what they ask: one statement, which is the whole transaction.

    The questions follow from the row of `enter`, so that nothing is read before the database knows who reads.
    """
    questions = all_of(tuple(query.sql for query in queries), 3, "e.found is not null")
    sql = f"select e.found, {questions} from enter($1, $2, $3) e (found)"
    arguments = (argument for query in queries for argument in query.arguments)
    found = await database.only(sql, who.issuer, who.subject, who.client_id, *arguments)
    return actor_of(found[0], who), answers_to(queries, found[1:])


def actor_of(found: dict[str, Any], who: Identity) -> Actor:
    """The actor behind an identity, by what the database knows of it. Raises TokenRefused."""
    if found.get("disabled"):
        raise TokenRefused(reason="app_disabled")
    holdings = [Holding(Role(h["role"]), *(h[name] and UUID(h[name]) for name in PLACES)) for h in found["holdings"]]
    app = found["app"]
    app_id = UUID(app["id"]) if app else None
    if app and who.subject is None:
        holdings += [Holding(Role.APP, UUID(cooperative)) for cooperative in app["cooperative_ids"]]
    granted = who.scopes & frozenset(app["scopes"]) if app and who.subject is None else who.scopes
    person = UUID(found["person_id"]) if found["person_id"] else None
    return Actor(
        person_id=person,
        app_id=app_id,
        issuer=who.issuer,
        subject=who.subject,
        scopes=granted,
        holdings=tuple(holdings),
        nameless=found["nameless"],
    )


async def enter_as_system(tx: Tx, cooperative_id: UUID | None) -> Actor:
    """The worker acts for one cooperative."""
    await tx.value("select enter_as_system($1)", cooperative_id)
    return Actor(system=True)


async def lend_staff_view(tx: Tx, *cooperative_ids: UUID) -> None:
    """Opens the private rows of these cooperatives to the use case until the transaction ends.

    For actions of outsiders that change them: an order adds a task, a completion books an earning. The database checks
    who asks.
    """
    await tx.value("select lend_staff_view($1)", cooperative_ids)


async def add_person(tx: Tx, issuer: str, subject: str, name: str, email: str | None) -> tuple[UUID, bool]:
    """The id of a person, and whether they are new: then the address is theirs. That of somebody known stays."""
    found = await tx.value("select add_person($1, $2, $3, $4)", issuer, subject, name, email)
    return UUID(found["id"]), bool(found["new"])


async def ensure_person(tx: Tx, issuer: str, subject: str, name: str) -> UUID:
    """The id of the person behind a token, who becomes known with the first order."""
    return UUID(str(await tx.value("select ensure_person($1, $2, $3)", issuer, subject, name)))

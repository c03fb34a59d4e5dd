"""Joint purchases: tables and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.buying.allocation import Change
from app.domain.buying.joint_purchases import Credit, JointPurchase, Wish, WishChange
from app.domain.buying.purchase_articles import Article
from app.domain.page import Page, PageRequest, cut

STATES = (
    "'draft', 'open', 'topping_up', 'closed', 'ordered', 'received', 'settled', 'cancelled', 'cancelled_below_minimum'"
)


class JointPurchaseRow(SQLModel, table=True):
    __tablename__ = "joint_purchase"
    __table_args__ = (
        c.check("joint_purchase_state", f"state in ({STATES})"),
        c.check("joint_purchase_cents", "delivery_cents >= 0 and discount_cents >= 0 and left_cents >= 0"),
        c.check("joint_purchase_two_people", "settled_by <> buyer_id"),
        c.check("joint_purchase_priced", "settled_by is null or settled_by <> all (priced_by)"),
        c.check("joint_purchase_billed", "risen_cents >= 0 and total_cents >= 0"),
        c.check("joint_purchase_settled", "(state = 'settled') = (settled_on is not null)"),
        Index("joint_purchase_partners", "partner_ids", postgresql_using="gin"),
        *c.longest("joint_purchase", title=200, about=4000, supplier=120, purpose=60),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    partner_ids: list[UUID] = c.ids()
    title: str = c.text()
    about: str = c.text()
    supplier: str = c.text()
    purpose: str = c.text()
    rule: str = c.text()
    closes_at: datetime = c.when()
    tops_up_at: datetime | None = c.when(null=True)
    created_by: UUID = c.link("person", index=False)
    created_at: datetime = c.when()
    delivery_cents: int = c.cents()
    delivery_by: str = c.text()
    discount_cents: int = c.cents()
    deductible: bool
    deducting_ids: list[UUID] = c.ids()
    entity_ids: list[UUID] = c.ids()
    state: str = c.text()
    closed_at: datetime | None = c.when(null=True)
    buyer_id: UUID | None = c.link("person", null=True, index=False)
    settled_by: UUID | None = c.link("person", null=True, index=False)
    settled_on: date | None = c.day(null=True)
    priced_by: list[UUID] = c.ids()
    left_cents: int = c.cents()
    risen_cents: int = c.cents()
    total_cents: int | None = c.cents(null=True)
    parts: int
    version: int


class ArticleRow(SQLModel, table=True):
    __tablename__ = "purchase_article"
    __table_args__ = (
        c.check("purchase_article_units", "pack_units > 0 and minimum >= 0 and ordered_units >= 0"),
        c.check(
            "purchase_article_priced",
            "billed_pack_cents >= 0 and (billed_pack_cents is null) = (priced_by is null)",
        ),
        *c.longest("purchase_article", title=200, unit=60, price_reason=500),
    )
    id: UUID = c.key()
    purchase_id: UUID = c.link("joint_purchase")
    title: str = c.text()
    unit: str = c.text()
    pack_units: int
    tiers: list[Any] = c.json()
    vat_class: str = c.text()
    vat_basis_points: int
    minimum: int = Field(sa_type=BigInteger, nullable=False)
    minimum_unit: str = c.text()
    dropped: bool
    ordered_units: int
    received_units: int | None
    received_on: date | None = c.day(null=True)
    billed_pack_cents: int | None = c.cents(null=True)
    price_reason: str = c.text()
    priced_by: UUID | None = c.link("person", null=True, index=False)
    digest: str = c.text()
    version: int


class WishRow(SQLModel, table=True):
    __tablename__ = "wish"
    __table_args__ = (
        UniqueConstraint(
            "article_id",
            "cooperative_id",
            "member_id",
            "paid_by",
            name="wish_once",
            postgresql_nulls_not_distinct=True,
        ),
        c.check("wish_units", "quantity >= 0 and tolerance >= 0 and firm_units >= 0 and tolerance_units >= 0"),
        c.check("wish_cents", "reserved_cents >= 0 and credited_cents between 0 and charged_cents"),
        c.check("wish_payer", "paid_by = 'account' or member_id is not null"),
    )
    id: UUID = c.key()
    purchase_id: UUID = c.link("joint_purchase")
    lead_id: UUID = c.link("cooperative", index=False)
    article_id: UUID = c.link("purchase_article", index=False)
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID | None = c.link("member", null=True)
    paid_by: str = c.text()
    wished_by: UUID = c.link("person", index=False)
    quantity: int
    tolerance: int
    reserved_cents: int = c.cents()
    locked_units: int | None
    firm_units: int
    tolerance_units: int
    charged_cents: int = c.cents()
    credited_cents: int = c.cents()
    lots: list[Any] = c.json()
    parts: int
    version: int


class WishChangeRow(SQLModel, table=True):
    """Append-only: the history from which an allocation follows."""

    __tablename__ = "wish_change"
    __table_args__ = (UniqueConstraint("purchase_id", "number"),)
    id: UUID = c.key()
    wish_id: UUID = c.link("wish")
    purchase_id: UUID = c.link("joint_purchase", index=False)
    number: int
    at: datetime = c.when()
    quantity: int
    tolerance: int


class CreditRow(SQLModel, table=True):
    """Its contents never change: triggers refuse it. It can be reversed."""

    __tablename__ = "purchase_credit"
    __table_args__ = (
        c.check("purchase_credit_cents", "cents > 0"),
        c.check("purchase_credit_vat", "vat_cents between 0 and cents"),
        *c.longest("purchase_credit", reason=500),
    )
    id: UUID = c.key()
    purchase_id: UUID = c.link("joint_purchase")
    wish_id: UUID = c.link("wish")
    cents: int = c.cents()
    reason: str = c.text()
    credited_by: UUID = c.link("person", index=False)
    credited_at: datetime = c.when()
    vat_cents: int = c.cents()
    reversed_on: date | None = c.day(null=True)
    version: int = Field(sa_column_kwargs={"server_default": "1"})


joint_purchases = Store(
    JointPurchaseRow,
    JointPurchase,
    fixed=("cooperative_id", "partner_ids", "purpose", "created_by", "created_at"),
    wanted="""case when t.state in ('draft', 'open', 'topping_up', 'closed', 'ordered') then (
        select coalesce(jsonb_agg(jsonb_build_object('article', to_jsonb(a), 'firm', coalesce(w.firm, 0),
                                                     'tolerance', coalesce(w.tolerance, 0)) order by a.id), '[]')
          from purchase_article a
          left join lateral (select sum(quantity)::bigint as firm, sum(tolerance)::bigint as tolerance
                               from wish where article_id = a.id and purchase_id = t.id) w on true
         where a.purchase_id = t.id) else '[]' end""",
)
articles = Store(
    ArticleRow,
    Article,
    fixed=(
        "purchase_id",
        "title",
        "unit",
        "pack_units",
        "tiers",
        "vat_class",
        "minimum",
        "minimum_unit",
    ),
)
wishes = Store(
    WishRow, Wish, fixed=("purchase_id", "lead_id", "article_id", "cooperative_id", "member_id", "paid_by", "wished_by")
)
wish_changes = Store(WishChangeRow, WishChange)
purchase_credits = Store(
    CreditRow,
    Credit,
    fixed=("purchase_id", "wish_id", "cents", "reason", "credited_by", "credited_at", "vat_cents"),
)


async def list_purchases(tx: Tx, cooperative_id: UUID, request: PageRequest, state: str | None) -> Page[JointPurchase]:
    """The purchases that a cooperative leads or takes part in, newest first; drafts are the lead's alone."""
    taking_part = "t.cooperative_id = $1 or t.partner_ids @> array[$1] and t.state <> 'draft'"
    sql = f"""{joint_purchases.select} where ({taking_part})
              and ($2::text is null or t.state = $2) and ($3::uuid is null or t.id < $3)
              order by t.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, state, request.after)
    return cut([joint_purchases.load(row) for row in rows], request)


async def histories(tx: Tx, purchase_id: UUID) -> dict[UUID, tuple[Change, ...]]:
    """The changes of every wish, oldest first."""
    sql = """select wish_id, number, at, quantity, tolerance from wish_change where purchase_id = $1 order by number"""
    found: dict[UUID, list[Change]] = {}
    for row in await tx.rows(sql, purchase_id):
        change = Change(row["number"], row["at"], row["quantity"], row["tolerance"])
        found.setdefault(UUID(int=row["wish_id"].int), []).append(change)
    return {wish_id: tuple(changes) for wish_id, changes in found.items()}


async def next_number(tx: Tx, purchase_id: UUID) -> int:
    """The number of the next change. The purchase has to be locked."""
    sql = "select coalesce(max(number), 0) + 1 from wish_change where purchase_id = $1"
    return int(await tx.value(sql, purchase_id))


async def demands_of(tx: Tx, purchase_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Firm and tolerated units by article, of all wishes."""
    sql = """select article_id, sum(quantity)::bigint as firm, sum(tolerance)::bigint as tolerance
               from wish where purchase_id = any($1) group by 1"""
    return {
        UUID(int=row["article_id"].int): (row["firm"], row["tolerance"]) for row in await tx.rows(sql, purchase_ids)
    }


async def wished_cents(tx: Tx, debtor_id: UUID, creditor_id: UUID, but: UUID | None) -> int:
    """The cents that a partner has reserved in a lead's purchases: it will owe them once they are settled."""
    sql = """select coalesce(sum(w.reserved_cents), 0)::bigint from wish w
               join joint_purchase p on p.id = w.purchase_id
              where w.cooperative_id = $1 and p.cooperative_id = $2 and p.id is distinct from $3
                and p.state in ('open', 'topping_up', 'closed', 'ordered', 'received')"""
    return int(await tx.value(sql, debtor_id, creditor_id, but))


async def save_articles(tx: Tx, changed: Sequence[Article]) -> None:
    """Writes the units and VAT rates of several articles, in one statement."""
    sql = """update purchase_article t set ordered_units = u.ordered_units, received_units = u.received_units,
                    received_on = u.received_on, vat_basis_points = u.vat_basis_points, digest = u.digest,
                    version = t.version + 1
               from jsonb_to_recordset($1) as u (id uuid, ordered_units int, received_units int, received_on date,
                                                 vat_basis_points int, digest text)
              where t.id = u.id"""
    names = ("id", "ordered_units", "received_units", "received_on", "vat_basis_points", "digest")
    await _save_all(tx, sql, changed, names, "purchase_article")


async def save_wishes(tx: Tx, changed: Sequence[Wish]) -> None:
    """Writes the units, reservations and charges of several wishes, in one statement."""
    sql = """update wish t set reserved_cents = u.reserved_cents, firm_units = u.firm_units,
                    tolerance_units = u.tolerance_units, charged_cents = u.charged_cents, lots = u.lots,
                    version = t.version + 1
               from jsonb_to_recordset($1) as u (id uuid, reserved_cents bigint, firm_units int, tolerance_units int,
                                                 charged_cents bigint, lots jsonb) where t.id = u.id"""
    names = ("id", "reserved_cents", "firm_units", "tolerance_units", "charged_cents", "lots")
    await _save_all(tx, sql, changed, names, "wish")


async def _save_all(tx: Tx, sql: str, changed: Sequence[object], names: Sequence[str], table: str) -> None:
    rows = [{name: getattr(thing, name) for name in names} for thing in changed]
    await tx.flush()
    if rows:
        await tx.write(sql, rows, row=(table, *(row["id"] for row in rows)))

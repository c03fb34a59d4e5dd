"""Nothing writes the books but `post_journals`, and `check-books` finds every inserted error."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from app.db.books.invariants import broken
from app.db.engine import Database, Tx
from tests.scenarios.buying import mine, plan, rich, settle
from tests.scenarios.jobs import net
from tests.scenarios.money import completed, credit, pay, step, undo, write_off
from tests.scenarios.test_joint_prices import received
from tests.scenarios.test_joint_vat import apart, cloth
from tests.scenarios.test_nettings import owing
from tests.scenarios.test_payment_batches import account, make
from tests.scenarios.test_payment_batches import step as move_batch
from tests.scenarios.test_payouts import claim
from tests.scenarios.test_payouts import owed as payable
from tests.world import Json, Seller, World

FORBIDDEN = [
    "update entry set cents = cents + 1",
    "delete from entry",
    "update journal set effective_on = effective_on - 1",
    "delete from journal",
    "truncate entry cascade",
    "update result_line set cents = cents + 1",
    "delete from result_line",
    "update balance set posted = posted + 1",
    "insert into balance (account_id, posted, version) values (uuidv7(), 1, 1)",
    "delete from account",
    "update order_event set verb = 'x'",
]


@pytest.mark.parametrize("sql", FORBIDDEN)
async def test_the_applications_role_may_not_touch_the_books(database: Database, sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction() as tx:
            await tx.value(sql)


@pytest.mark.parametrize("sql", [sql for sql in FORBIDDEN if "balance" not in sql])
async def test_not_even_the_books_own_role_changes_what_is_booked(world: World, books: Database, sql: str) -> None:
    await world.sale(await world.cooperative(), await world.app(), "10.00")
    with pytest.raises(asyncpg.PostgresError):
        async with books.transaction() as tx:
            await tx.value(sql)


LEGS = [
    {"kind": "bank", "cents": -100, "rule": "payment", "facts": {"method": "cash"}, "rgs": "BLimBan"},
    {"kind": "vat", "cents": 100, "rule": "payment", "facts": {"method": "cash"}, "rgs": "BSchBepBtw"},
]


def journal(cooperative_id: str, legs: Any, source_id: uuid.UUID | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"id": uuid.uuid4(), "cooperative_id": cooperative_id, "kind": "payment", "legs": legs}
    asked |= {"source_type": "test", "source_id": source_id or uuid.uuid4(), "part": 1}
    return asked | {"currency": "EUR", "effective_on": "2026-03-01"}


async def post(tx: Tx, cooperative_id: str, *journals: dict[str, Any]) -> uuid.UUID:
    """Posts all at once; returns the id of the first."""
    await tx.value("select set_config('samen.staff', array[$1::uuid]::text, true)", uuid.UUID(cooperative_id))
    await tx.value("select post_journals($1)", list(journals))
    return uuid.UUID(str(journals[0]["id"]))


@pytest.mark.parametrize(
    "legs",
    [
        LEGS[:1],
        [LEGS[0], LEGS[1] | {"cents": 99}],
        [*LEGS, LEGS[1] | {"cents": 0}],
        [],
    ],
    ids=["one leg", "unbalanced", "a zero", "none"],
)
async def test_a_journal_that_does_not_balance_is_refused(world: World, database: Database, legs: Any) -> None:
    seller = await world.cooperative()
    with pytest.raises(asyncpg.PostgresError):
        async with database.transaction() as tx:
            await post(tx, seller.id, journal(seller.id, legs))


async def test_a_key_is_posted_once_and_other_legs_under_it_are_an_error(world: World, database: Database) -> None:
    seller, source = await world.cooperative(), uuid.uuid4()
    again, new = journal(seller.id, LEGS, source), journal(seller.id, LEGS)
    for journals in ([journal(seller.id, LEGS, source)], [again], [again, new], [new, new | {"id": uuid.uuid4()}]):
        async with database.transaction() as tx:
            await post(tx, seller.id, *journals)
    assert (await world.balances(seller)) == {"bank": "-2.00", "vat": "2.00"}
    other = [LEGS[0] | {"cents": -200}, LEGS[1] | {"cents": 200}]
    for key in (source, new["source_id"]):
        with pytest.raises(asyncpg.PostgresError) as found:
            async with database.transaction() as tx:
                await post(tx, seller.id, journal(seller.id, LEGS), journal(seller.id, other, key))
        assert found.value.sqlstate == "SM003"
    twins = (journal(seller.id, LEGS, source := uuid.uuid4()), journal(seller.id, other, source))
    with pytest.raises(asyncpg.PostgresError) as found:
        async with database.transaction() as tx:
            await post(tx, seller.id, *twins)
    assert found.value.sqlstate == "SM003"
    assert (await world.balances(seller)) == {"bank": "-2.00", "vat": "2.00"}


async def test_money_of_a_member_never_goes_below_zero(world: World, database: Database) -> None:
    seller = await world.cooperative()
    pot = {"kind": "pot", "rule": "opening", "facts": {}, "rgs": "B", "floor": 0, "member": seller.member_id}
    async with database.transaction() as tx:
        await post(tx, seller.id, journal(seller.id, [LEGS[0], pot | {"cents": 100}]))
    with pytest.raises(asyncpg.CheckViolationError) as found:
        async with database.transaction() as tx:
            await post(tx, seller.id, journal(seller.id, [pot | {"cents": -101}, LEGS[1] | {"cents": 101}]))
    assert found.value.constraint_name == "balance_floor"


async def test_a_closed_month_takes_no_postings(world: World, database: Database, books: Database) -> None:
    seller = await world.cooperative()
    async with books.transaction() as tx:
        sql = "insert into period (cooperative_id, month, closed_at) values ($1, '2026-03-01', now())"
        await tx.value(sql, seller.id)
    async with database.transaction() as tx:
        await post(tx, seller.id, journal(seller.id, LEGS))
    journals = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals")
    assert [(j["effectiveOn"], j["period"]) for j in journals["items"]] == [("2026-03-01", "2026-04-01")]


UNBALANCED = {
    "one entry more": """
        insert into entry select journal_id, 1000, account_id, cents, 0, 1000000, rule, facts from entry
         where journal_id = $1 limit 1""",
    "a journal of nothing": """
        insert into journal select uuidv7(), cooperative_id, kind, source_type, uuidv7(), part, currency, booked_at,
               effective_on, period, null, agreement_id, legs_hash, row_hash from journal where id = $1""",
}


@pytest.mark.parametrize("case", UNBALANCED)
async def test_not_even_the_superuser_adds_what_does_not_balance(
    world: World, database: Database, database_url: str, case: str
) -> None:
    seller = await world.cooperative()
    async with database.transaction() as tx:
        posted = await post(tx, seller.id, journal(seller.id, LEGS))
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    with pytest.raises(asyncpg.PostgresError) as found:
        await connection.execute(UNBALANCED[case], posted)
    await connection.close()
    assert found.value.sqlstate == "SM001"


PLANTED = {
    "I1": ["update entry set cents = cents + 1 where line = 1 and cents <> -1"],
    "I2": ["update balance set posted = posted + 1 where floor is null"],
    "I3": ["update balance set version = version + 1"],
    "I4": ["update entry set balance_after = -1 where rule = 'pot'"],
    "I5": ["alter table entry disable trigger append_only"],
    "I5 hash": ["update journal set effective_on = effective_on - 1"],
    "I5 facts": ["update entry set facts = '{}' where rule = 'vat'"],
    "I5 right": ["grant update on entry to samen_app"],
    "I6": ["update idempotency set outcome = '{}'"],
    "I7": ["update entry set cents = -cents where rule in ('payment_reversal', 'reversal')"],
    "I7 shares": ["""update "order" set sale_reversed = true where sale_parts > 0"""],
    "I7 credit": ["update credit set net_cents = net_cents + 1"],
    "I7 rate": ["update credit set net_cents = net_cents - 1, vat_cents = vat_cents + 1"],
    "I7 line": ["update credit_line set net_cents = net_cents + 1"],
    "I7 units": ["update credit_line set quantity = quantity + 2"],
    "I7 order": [
        """update "order" set refunded_cents = refunded_cents + 1, written_off_cents = written_off_cents - 1
            where written_off_cents > 0"""
    ],
    "I7 above the line": [
        "update credit set net_cents = net_cents - vat_cents - 1, vat_cents = 2 * vat_cents + 1 where vat_cents > 0",
        """update credit_line set net_cents = net_cents - vat_cents - 1, vat_cents = 2 * vat_cents + 1
            where vat_cents > 0""",
    ],
    "I8": ["update earning set kept_cents = kept_cents + 1, net_cents = net_cents + 1 where state = 'posted'"],
    "I8 said": ["update entry set cents = cents + 1 where rule = 'share_of_surplus' and cents <> -1"],
    "I9": ["update member_month set kept_cents = kept_cents + 100"],
    "I9 month": ["update earning set work_date = work_date - 40 where state = 'posted'"],
    "I9 fund": ["update fund_month set kept_cents = kept_cents + 100"],
    "I14": ["update earning set state = 'held', held_because = 'trial', held_cents = 5 where state = 'posted'"],
    "I14 payment": ["update payment set cents = cents + 1"],
    "I14 repayment": ["update repayment set cents = cents + 1"],
    "I14 lots": ["update entry set rule = 'reserve_end' where rule = 'pot'"],
    "I9 unreadable": ["update entry set facts = facts || '{\"member\": \"nobody\"}' where rule = 'pot'"],
    "I11": [
        """insert into period (cooperative_id, month, closed_at, digest)
           select cooperative_id, period, now(), 'x' from journal on conflict do nothing"""
    ],
    "I12": ["delete from seal where number = (select max(number) from seal)"],
    "I12 link": ["update seal set digest = sha256(digest)"],
    "I12 journal": ["delete from journal where id in (select journal_id from seal_item)"],
    "I12 late": ["update journal set booked_at = booked_at - interval '2 days'", "delete from seal_item"],
    "I13": ["update account set currency = 'MIN' where kind = 'vat'"],
    "I15": ["""update "order" set state = 'delivered' where state = 'completed'"""],
    "I15 lost": ["update earning set state = 'pending' where state = 'posted'"],
    "I15 reversed": ["""update "order" set sale_reversed = true where sale_parts > 0"""],
    "I15 unpaid": ["""update "order" set paid_cents = paid_cents - 1000 where sale_parts > 0 and paid_cents > 1000"""],
    "I15 borne": ["""update "order" set sale_parts = 0 where fund_bears"""],
    "I16 paid": [
        """update "order" set paid_cents = paid_cents + 1
                     where state = 'completed' and buyer_id is null"""
    ],
    "I16 given back": ["update repayment set id = uuidv7()"],
    "I16 cash": ["update account set kind = 'vat_return' where kind = 'cash'"],
    "I16 due": [
        """update "order" set written_off_cents = written_off_cents + 1
            where state = 'delivered' and refunded_cents + written_off_cents < net_cents + vat_cents"""
    ],
    "I16 supplied": ["""update "order" set state = 'accepted' where state = 'delivered'"""],
    "I16 later": ["""update "order" set vat_with_money = false"""],
    "I16 credit": ["update account set party = 'x' || party where kind = 'customer_credit'"],
    "I4 credit": [
        "update balance b set floor = null from account a where a.id = account_id and kind = 'customer_credit'"
    ],
    "I17": ["update result_line set cents = cents + 1 where category = 'members' and cents <> -1"],
    "I17 equity": ["update result_line set category = 'members' where category = 'allotted/fund'"],
    "I5 results": ["update result_line set category = 'cost/other' where category = 'members'"],
    "I22 order": ["""update "order" set net_cents = net_cents + 1, vat_cents = vat_cents - 1 where vat_cents > 0"""],
    "I22 line": ["update order_line set gross_cents = gross_cents + 1, vat_cents = vat_cents + 1"],
    "I22 units": ["update order_line set unit_price_cents = unit_price_cents + 1"],
    "I22 VAT": [
        "update order_line set net_cents = net_cents + 1, vat_cents = vat_cents - 1 where vat_cents > 0",
        """update "order" o set (net_cents, vat_cents) = (
               select sum(net_cents), sum(vat_cents) from order_line l where l.order_id = o.id)""",
    ],
    "I22 consumer": [
        "update order_line set basis = 'excl', unit_price_cents = net_cents / quantity where offering_id is not null"
    ],
    "I18": ["update payout set cents = cents + 1"],
    "I18 creditor": ["update payout set creditor_id = uuidv7() where creditor_kind = 'member'"],
    "I18 day": ["update payout set paid_on = paid_on - 1"],
    "I18 item": ["update payment_item set cents = cents + 1"],
    "I18 item undone": ["update payment_item set state = 'refused', reason = null"],
    "I18 batch": ["update payment_batch set state = 'approved'"],
    "I18 lost": ["delete from payout"],
    "I18 too much": ["update entry set balance_after = -1 where rule = 'payout' and cents < 0"],
    "I21": ["update entry set cents = cents + 1 where rule = 'supplied' and cents <> -1"],
    "I21 cost": ["update cost_claim set cents = cents + 1 where state = 'approved'"],
    "I21 bearer": ["update cost_claim set borne_by = 'cooperative_fund' where state = 'approved'"],
    "I21 VAT of a cost": ["update cost_claim set deducted_vat_cents = deducted_vat_cents - 1 where vat_cents > 0"],
    "I21 order": ["update entry set facts = facts - 'order' where rule = 'supplied'"],
    "I21 called off": ["""update "order" set state = 'accepted' where state = 'cancelled'"""],
    "I21 shared": ["""update "order" set sale_parts = 0 where sale_parts > 0"""],
    "I21 credited": ["update credit set net_cents = net_cents + 1, vat_cents = vat_cents - 1 where vat_cents > 0"],
}


async def cost_with_vat(seller: Seller, order: Json) -> None:
    """Approved costs of 12.10, of which 2.10 is VAT."""
    body: Json = {"orderLineId": order["lines"][0]["id"], "category": "materials", "amount": {"amount": "12.10"}}
    body |= {"payee": "member", "receipt": "bon 12", "vat": {"amount": "2.10"}}
    claim = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    await seller.treasurer("POST", f"/v1/cost-claims/{claim['id']}/transitions", {"verb": "approve"})


async def pay_by_batch(seller: Seller, order: Json) -> None:
    """A batch of payments to a supplier is on its way."""
    await seller.pays_to()
    await claim(seller, order, "2.00", payee="supplier", supplier="Bouwmaat")
    supplier = (await payable(seller, "supplier"))["creditor"]
    await account(seller, supplier)
    batch = await make(seller, (supplier, "2.00"))
    await move_batch(seller.coordinator, batch, "approve")
    await move_batch(seller.treasurer, batch, "send")


@pytest.fixture(scope="module")
async def sold(world: World) -> None:
    """Orders with every outcome: credited whole and in part, paid in cash and in advance, undone, lost, called off."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "100.00")
    await seller.refund(order["id"], {"reason": "klacht"})
    part = await world.sale(seller, app, "100.00")
    body = {"reason": "deel", "amount": {"amount": "1.00"}}
    await seller.refund(part["id"], body)
    overpaid = await world.sale(seller, app, "10.00")
    await pay(seller, overpaid, "3.00")
    await seller.refund(overpaid["id"], body)
    await undo(seller, await pay(seller, await world.sale(seller, app, "11.00"), "1.00"))
    open_orders = [await world.order(app, await world.offering(seller, "50.00")) for _ in range(5)]
    early, off, unpaid, *lost = open_orders
    await pay(seller, early, "5.00")
    await pay(seller, off, "5.00", method="cash")
    await step(seller.member, off, "accept")
    for order in (off, unpaid):
        await cost_with_vat(seller, order)
    await step(app, off, "cancel")
    await step(seller.member, unpaid, "accept", "deliver")
    await credit(seller, unpaid, "10.00")
    for order, bearer in zip(lost, ("makers", "cooperative_fund"), strict=True):
        await completed(seller, app, order)
        await pay(seller, order, "20.00")
        await write_off(seller, order, None, bearer)
    await world.cost(seller, unpaid, "10.00")
    for creditor, cents in (("member", "6.00"), ("customer", "1.00")):
        found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/payables")
        named = next(one["creditor"] for one in found["items"] if one["creditor"]["kind"] == creditor)
        payout = {"creditor": named, "amount": {"amount": cents}}
        await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payouts", payout)
    await pay_by_batch(seller, unpaid)
    by_cash = await world.cooperative()
    method = {"cashMethodFrom": f"{world.clock().year}-01-01", "cashMethodGround": "listed_trade"}
    place = f"/v1/cooperatives/{by_cash.id}"
    await by_cash.coordinator("PATCH", place, method, headers={"If-Match": "*"})
    await world.deliver(by_cash, await world.order(app, await world.offering(by_cash, "20.00")))
    await world.guard()
    await world.sale(seller, app, "1.00")
    await world.guard()


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("case", PLANTED)
async def test_planted_errors_are_caught(database_url: str, case: str) -> None:
    assert case.split(" ", maxsplit=1)[0] in await caught(database_url, PLANTED[case])


BETWEEN = {
    "I10 the parts": (
        "update earning set refunded_cents = refunded_cents + 1"
        " where part_id is not null and net_cents > refunded_cents"
    ),
    "I10 the parts of a partner": 'update "order" set net_cents = net_cents + 1 where buyer_id is not null',
    "I10 what one cooperative owes": "update entry set cents = cents + 1 where rule = 'charged' and cents < -1",
    "I10 what was netted": "update netting set second_owes_cents = second_owes_cents + 1",
    "I15 an approved assignment": "update journal set kind = 'x' where source_type = 'order' and kind = 'sale'",
}


@pytest.fixture(scope="module")
async def owed(world: World) -> None:
    """Two cooperatives that did a job together, and netted the debt."""
    lead, other = await owing(world)
    await net(lead, other)
    await world.guard()


@pytest.mark.usefixtures("owed")
@pytest.mark.parametrize("case", BETWEEN)
async def test_planted_errors_between_cooperatives_are_caught(database_url: str, case: str) -> None:
    assert case.split(" ", maxsplit=1)[0] in await caught(database_url, [BETWEEN[case]])


TOGETHER = {
    "I10 a charge": "update wish set charged_cents = charged_cents + 1 where charged_cents > 0",
    "I10 what the fund paid": "update joint_purchase set risen_cents = risen_cents + 1 where state = 'settled'",
    "I10 the bill": "update joint_purchase set total_cents = total_cents + 1 where state = 'settled'",
    "I10 VAT between them": "update account set party = 'x' where kind = 'vat' and party = '1a'",
}


@pytest.fixture(scope="module")
async def bought(world: World) -> None:
    """A joint purchase of two cooperatives that deduct its VAT."""
    lead, partner = await rich(world), await rich(world)
    await apart(world, lead, partner)
    purchase = await plan(world, lead, cloth(), partners=(partner,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(partner, purchase, 6)
    await settle(lead, await received(lead, purchase, 10), "12.10")
    await world.guard()


@pytest.mark.usefixtures("bought")
@pytest.mark.parametrize("case", TOGETHER)
async def test_planted_errors_of_a_joint_purchase_are_caught(database_url: str, case: str) -> None:
    assert case.split(" ", maxsplit=1)[0] in await caught(database_url, [TOGETHER[case]])


async def caught(database_url: str, planted: list[str]) -> set[str]:
    """The invariants that notice an inserted error, as the superuser, with the triggers disabled; rolled back."""
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    try:
        clean = await broken(Tx(connection, datetime.now(UTC)))
        assert not any(clean.values()), clean
        transaction = connection.transaction()
        await transaction.start()
        replica = "alter" not in planted[0]
        if replica:
            await connection.execute("set local session_replication_role = replica")
        for sql in planted:
            await connection.execute(sql)
        found = await broken(Tx(connection, datetime.now(UTC)))
        await transaction.rollback()
    finally:
        await connection.close()
    return {name.split(" ")[0] for name, rows in found.items() if rows}

"""Two people at once at the bank: one outcome each, and books that are right."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.bank_files import PAYER, SUPPLIER, US, camt, detail, entry
from tests.scenarios.quirks import Books, balance_of, bill, books, known_as, paid, payee, sent
from tests.scenarios.statements import lines_of
from tests.scenarios.test_first_sale import books_are_right
from tests.world import OTHER_IBAN, Caller, Json, World, takes_key

pytestmark = pytest.mark.usefixtures("april")


@pytest.fixture
def april(world: World) -> Iterator[None]:
    with world.clock.at("2026-04-20"):
        yield


async def post(who: Caller, path: str, body: Json | None = None) -> httpx.Response:
    """A POST that may be refused."""
    headers = {"Authorization": f"Bearer {who.token}"}
    headers |= {"Idempotency-Key": uuid.uuid4().hex} if takes_key(path) else {}
    return await who.client.post(path, json=body or {}, headers=headers)


async def at_once(*calls: Any) -> list[int]:
    """The statuses of calls that run at once, in their order; no deadlock, no fault."""
    statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
    assert set(statuses) <= {200, 201, 403, 409, 422}, statuses
    return statuses


async def to_pay(made: Books) -> Json:
    """A supplier with an account, who is owed 100.00."""
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    return {"creditor": {"kind": "supplier", "id": supplier_id}, "amount": {"amount": "100.00"}}


async def test_two_batches_and_payouts_over_one_payable(world: World) -> None:
    made = await books(world)
    owed, place = await to_pay(made), f"/v1/cooperatives/{made.seller.id}"
    treasurer, second = made.seller.treasurer, await world.officer("treasurer", cooperativeId=made.seller.id)
    batch = {"items": [owed]}
    statuses = await at_once(
        post(treasurer, f"{place}/payment-batches", batch),
        post(second, f"{place}/payment-batches", batch),
        post(treasurer, f"{place}/payouts", owed),
        post(second, f"{place}/payouts", owed | {"method": "cash"}),
    )
    assert Counter(statuses) == {201: 1, 409: 3}
    await books_are_right(world)


async def test_a_batch_is_sent_beside_its_withdrawal(world: World) -> None:
    made = await books(world)
    owed, place = await to_pay(made), f"/v1/cooperatives/{made.seller.id}/payment-batches"
    batch = await made.seller.treasurer("POST", place, {"items": [owed]})
    place = f"/v1/payment-batches/{batch['id']}/transitions"
    await made.seller.coordinator("POST", place, {"verb": "approve"})
    second = await world.officer("treasurer", cooperativeId=made.seller.id)
    verbs = ("send", "withdraw", "send", "withdraw")
    statuses = await at_once(
        *(
            post(who, place, {"verb": verb})
            for who, verb in zip((made.seller.treasurer, second) * 2, verbs, strict=True)
        )
    )
    state = (await made.seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}"))["state"]
    assert state == "withdrawn"
    # It is sent once at most, and withdrawn once.
    assert [statuses[1], statuses[3]].count(200) == 1
    assert [statuses[0], statuses[2]].count(200) <= 1
    assert (await balance_of(made, "payable_supplier"), await balance_of(made, "in_transit")) == ("100.00", "0.00")
    await books_are_right(world)


async def test_a_payout_beside_a_change_of_the_account(world: World) -> None:
    """The batch goes to the account that was approved, or nobody is paid by it."""
    made = await books(world)
    owed = await to_pay(made)
    seller = made.seller
    batch = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payment-batches", {"items": [owed]})
    place = f"/v1/payment-batches/{batch['id']}"
    await seller.coordinator("POST", f"{place}/transitions", {"verb": "approve"})
    body = {"creditor": owed["creditor"], "iban": OTHER_IBAN, "name": "Garenhuis"}
    proposed = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payee-accounts", body)
    statuses = await at_once(
        post(seller.treasurer, f"{place}/transitions", {"verb": "send"}),
        post(seller.coordinator, f"/v1/payee-accounts/{proposed['id']}/transitions", {"verb": "confirm"}),
    )
    assert statuses == [200, 200]
    (item,) = (await seller.treasurer("GET", f"{place}/payment-items"))["items"]
    file = await seller.treasurer.client.get(
        f"{place}/payment.xml", headers={"Authorization": f"Bearer {seller.treasurer.token}"}
    )
    if item["state"] == "sent":
        assert SUPPLIER[1].encode() in file.content
        assert await balance_of(made, "payable_supplier") == "0.00"
    else:
        assert (item["state"], item["reason"], file.status_code) == ("left", "iban_changed", 404)
        assert await balance_of(made, "payable_supplier") == "100.00"
    assert OTHER_IBAN.encode() not in file.content
    await books_are_right(world)


async def test_two_people_close_a_month_while_lines_come(world: World) -> None:
    made = await books(world)
    seller = made.seller
    second = await world.officer("treasurer", cooperativeId=seller.id)
    january = entry("5.00", detail("5.00", "bedankt"), day="<Dt>2026-01-31</Dt>")
    await made.bring(day="2026-01-31")
    made.start_over()
    place, month = f"/v1/cooperatives/{seller.id}/periods", {"month": "2026-01"}
    file = camt(made.next(january, day="2026-01-31"))
    headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Content-Type": "application/xml"}
    files = f"/v1/cooperatives/{seller.id}/bank-statements/files"
    statuses = await at_once(
        post(seller.treasurer, place, month),
        post(second, place, month),
        seller.treasurer.client.post(files, content=file, headers=headers),
    )
    assert statuses[:2].count(201) <= 1
    closed = await seller.treasurer("GET", place)
    assert len(closed) == statuses[:2].count(201)
    # Either the line was there first, and the month is open; or it is closed without that line.
    if statuses[2] == 201 and not closed:
        (open_line,) = await lines_of(seller)
        await seller.treasurer("POST", f"/v1/bank-lines/{open_line['id']}/parkings", {"reason": "wie is dit"})
        await seller.treasurer("POST", place, month)
    await books_are_right(world)


async def test_a_match_beside_its_undo(world: World) -> None:
    """Placed, undone and placed elsewhere at once: the line has one place at most, and none of it twice."""
    made = await books(world, "large", "third")
    seller = made.seller
    await made.bring(paid("242.00", made.text("large")))
    (came,) = await lines_of(seller)
    place = f"/v1/bank-lines/{came['id']}/matches"
    (match,) = await seller.treasurer("GET", place)
    second = await world.officer("treasurer", cooperativeId=seller.id)
    undo = f"/v1/journals/{match['journalId']}/reversals"
    other = {"parts": [{"category": "income/gifts"}]}
    statuses = await at_once(
        post(seller.treasurer, undo, {"reason": "verkeerd"}),
        post(second, undo, {"reason": "verkeerd"}),
        post(seller.treasurer, place, other),
        post(second, place, other),
    )
    assert statuses[:2].count(201) == 1
    standing = [one for one in await seller.treasurer("GET", place) if not one["undoneBy"]]
    assert len(standing) == statuses[2:].count(201) <= 1
    left = (await seller.treasurer("GET", f"/v1/bank-lines/{came['id']}"))["left"]["amount"]
    assert left == ("0.00" if standing else "242.00")
    assert await made.due("large") == "242.00"
    await books_are_right(world)


async def test_a_payment_that_comes_back_beside_its_refusal(world: World) -> None:
    made = await books(world)
    owed = await to_pay(made)
    _, (item,) = await sent(made, (owed["creditor"]["id"], "100.00"))
    out = entry("-100.00", detail("-100.00", of=US, to=SUPPLIER, refs=known_as(item)))
    file = camt(made.next(out))
    seller = made.seller
    headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Content-Type": "application/xml"}
    place = f"/v1/cooperatives/{seller.id}/bank-statements/files"
    refuse = {"verb": "refuse", "reason": "onbekend"}
    statuses = await at_once(
        post(seller.treasurer, f"/v1/payment-items/{item['id']}/transitions", refuse),
        seller.treasurer.client.post(place, content=file, headers=headers),
    )
    assert statuses[1] == 201
    paid_out = await made.places() == ["-100.00 item 100.00"]
    assert statuses[0] == (409 if paid_out else 200)
    assert await balance_of(made, "payable_supplier") == ("0.00" if paid_out else "100.00")
    await books_are_right(world)


async def test_one_file_twice_at_once_beside_one_that_overlaps(world: World) -> None:
    made = await books(world, "large", "small")
    seller = made.seller
    noon, later = paid("60.50", made.text("small"), reference="A1"), paid("242.00", made.text("large"), reference="A2")
    short = camt(made.next(noon))
    made.start_over()
    long = camt(made.next(noon, later))
    headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Content-Type": "application/xml"}
    place = f"/v1/cooperatives/{seller.id}/bank-statements/files"
    statuses = await at_once(
        *(seller.treasurer.client.post(place, content=one, headers=headers) for one in (short, long, short, long))
    )
    assert statuses[1] == statuses[3] == 201
    assert await made.places() == ["60.50 small", "242.00 large"]
    assert (await made.due("small"), await made.due("large")) == ("0.00", "0.00")
    assert await balance_of(made, "bank") == "-1302.50"
    await books_are_right(world)


async def test_a_person_records_a_payment_beside_the_line_that_brings_it(world: World) -> None:
    """The line finds what was recorded, or the order is paid twice in sight of all; nothing is lost."""
    made = await books(world, "large")
    seller, order = made.seller, made.orders["large"]
    await made.bring(paid("1.00", "begin", of=PAYER))
    file = camt(made.next(paid("242.00", made.text("large"))))
    headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Content-Type": "application/xml"}
    place = f"/v1/cooperatives/{seller.id}/bank-statements/files"
    statuses = await at_once(
        post(seller.treasurer, f"/v1/orders/{order['id']}/payments", {"amount": {"amount": "242.00"}}),
        seller.treasurer.client.post(place, content=file, headers=headers),
    )
    assert statuses[1] == 201
    in_transit, owed_back = await balance_of(made, "in_transit"), await balance_of(made, "customer_credit")
    assert (in_transit, owed_back) in (("0.00", "0.00"), ("-242.00", "242.00"))
    assert statuses[0] == 201 or (in_transit, owed_back) == ("0.00", "0.00")
    await books_are_right(world)

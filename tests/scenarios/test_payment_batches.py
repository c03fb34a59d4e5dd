"""Batches of payments: made, approved by a second person, sent to the bank as one file, refused, withdrawn."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from lxml import etree

from app.running.run import SystemRun
from app.usecases.selling.invoice_series import note_restore
from app.usecases.shared.payment_items import item_went_out
from tests.scenarios import bills
from tests.scenarios.money import credit
from tests.scenarios.test_payouts import claim, euro, owed, pay_out, payables
from tests.world import IBAN, OTHER_IBAN, VRIJE_UITLOOP, Caller, Json, Seller, World

NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


async def account(seller: Seller, creditor: Json, iban: str = OTHER_IBAN, name: str = "N. Jansen") -> None:
    """The confirmed account of a creditor."""
    place = f"/v1/cooperatives/{seller.id}/payee-accounts"
    setter = seller.member if creditor["kind"] == "member" else seller.treasurer
    named = {"kind": creditor["kind"], "id": creditor["id"]}
    proposed = await setter("POST", place, {"creditor": named, "iban": iban, "name": name})
    await seller.coordinator("POST", f"/v1/payee-accounts/{proposed['id']}/transitions", {"verb": "confirm"})


async def make(seller: Seller, *items: tuple[Json, str], status: int = 201) -> Json:
    given = [{"creditor": creditor, "amount": {"amount": amount}, "text": "Bon 12"} for creditor, amount in items]
    body = {"items": given} if items else {}
    made: Json = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payment-batches", body, status=status)
    return made


async def step(who: Caller, batch: Json, verb: str, status: int = 200) -> Json:
    place = f"/v1/payment-batches/{batch['id']}/transitions"
    moved: Json = await who("POST", place, {"verb": verb}, status=status)
    return moved


async def items_of(seller: Seller, batch: Json) -> list[Json]:
    found = await seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}/payment-items")
    items: list[Json] = found["items"]
    return items


async def file_of(who: Caller, batch: Json, status: int = 200) -> bytes:
    headers = {"Authorization": f"Bearer {who.token}"}
    answer = await who.client.get(f"/v1/payment-batches/{batch['id']}/payment.xml", headers=headers)
    assert answer.status_code == status, answer.text
    return answer.content


@pytest.fixture
async def seller(world: World) -> Seller:
    """A cooperative that owes its member 36.30 and a supplier 100.00."""
    seller = await world.cooperative(VRIJE_UITLOOP)
    await seller.pays_to()
    order = await world.order(world.person(), await world.offering(seller, "200.00"))
    await claim(seller, order, "36.30")
    await claim(seller, order, "100.00", payee="supplier", supplier="Bouwmaat & Zn.")
    return seller


async def sent(seller: Seller) -> Json:
    """A batch with the member and the supplier, on its way."""
    member, supplier = (await owed(seller, "member"))["creditor"], (await owed(seller, "supplier"))["creditor"]
    await account(seller, member)
    await account(seller, supplier, "DE89370400440532013000", "Bouwmaat BV")
    batch = await make(seller, (member, "36.30"), (supplier, "60.00"))
    await step(seller.coordinator, batch, "approve")
    return await step(seller.treasurer, batch, "send")


async def test_two_people_pay_and_the_bank_gets_one_file(world: World, seller: Seller) -> None:
    with world.clock.at("2026-04-03"):
        member, supplier = (await owed(seller, "member"))["creditor"], (await owed(seller, "supplier"))["creditor"]
        assert (await make(seller, (member, "1.00"), status=422))["facts"]["rule"] == "payee_account_first"
        await account(seller, member)
        await account(seller, supplier, "DE89370400440532013000", "Bouwmaat BV")
        assert (await make(seller, (member, "36.31"), status=409))["code"] == "nothing_owed"
        batch = await make(seller)
        assert (batch["state"], batch["items"], batch["amount"]) == ("draft", 2, euro("136.30"))
        assert (await owed(seller, "supplier"))["inBatch"] == euro("100.00")
        assert (await make(seller, (member, "1.00"), status=409))["code"] == "in_batch"
        refused = await pay_out(seller, supplier, "0.01", status=409)
        assert (refused["code"], refused["facts"]["left_cents"]) == ("in_batch", 0)
        assert (await make(seller, status=409))["code"] == "nothing_owed"
        await world.work()
        tasks = [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]]
        assert "approve_batch" in tasks
        assert (await step(seller.treasurer, batch, "approve", 403))["code"] == "second_person_needed"
        assert (await step(seller.treasurer, batch, "send", 409))["code"] == "wrong_state"
        await step(seller.coordinator, batch, "approve")
        await file_of(seller.treasurer, batch, 404)
        batch = await step(seller.treasurer, batch, "send")
        # Good Friday: the next day on which European banks settle is the Tuesday after Easter.
        assert (batch["state"], batch["executeOn"]) == ("sent", "2026-04-07")
        assert await payables(seller) == []
        first, again = await file_of(seller.treasurer, batch), await file_of(seller.treasurer, batch)
        assert first == again
        await file_of(seller.coordinator, batch, 403)
    tree = etree.fromstring(first)
    paid = {item["id"].replace("-", ""): item for item in await items_of(seller, batch)}
    names = {"member": "N. Jansen", "supplier": "Bouwmaat BV"}
    found = list(tree.iter(f"{NS}CdtTrfTxInf"))
    assert {one.findtext(f"{NS}PmtId/{NS}EndToEndId") for one in found} == set(paid)
    for one in found:
        item = paid[one.findtext(f"{NS}PmtId/{NS}EndToEndId") or ""]
        assert one.findtext(f"{NS}Amt/{NS}InstdAmt") == item["amount"]["amount"]
        assert one.findtext(f"{NS}Cdtr/{NS}Nm") == names[item["creditor"]["kind"]]
    assert tree.findtext(f".//{NS}PmtInfId") == batch["id"].replace("-", "")
    assert tree.findtext(f".//{NS}DbtrAcct//{NS}IBAN") == IBAN
    journals = [await world.journal(seller, item["id"]) for item in paid.values()]
    assert {journal["id"] for journal in journals} == {item["id"] for item in paid.values()}
    await world.guard()


async def test_the_file_names_members_in_no_table(world: World, seller: Seller) -> None:
    batch = await sent(seller)
    await file_of(seller.treasurer, batch)
    async with world.books.transaction() as tx:
        for table in ("payment_batch", "payment_item"):
            sql = f"select string_agg(to_jsonb(t)::text, ' ') from {table} t"
            text = await tx.value(sql)
            assert OTHER_IBAN not in text
        content = await tx.value("select file from payment_batch where id = $1", UUID(batch["id"]))
        assert OTHER_IBAN.encode() not in content


async def test_who_has_another_account_since_the_approval_leaves(world: World, seller: Seller) -> None:
    member, supplier = (await owed(seller, "member"))["creditor"], (await owed(seller, "supplier"))["creditor"]
    await account(seller, member)
    await account(seller, supplier, "DE89370400440532013000", "Bouwmaat BV")
    batch = await make(seller, (member, "36.30"), (supplier, "100.00"))
    await step(seller.coordinator, batch, "approve")
    await account(seller, supplier, "NL91ZZZB0000000301", "Bouwmaat BV")
    batch = await step(seller.treasurer, batch, "send")
    states = {item["creditor"]["kind"]: (item["state"], item["reason"]) for item in await items_of(seller, batch)}
    assert states == {"member": ("sent", None), "supplier": ("left", "iban_changed")}
    assert (batch["items"], batch["amount"]) == (1, euro("36.30"))
    assert "NL91ZZZB0000000301" not in (await file_of(seller.treasurer, batch)).decode()
    assert (await owed(seller, "supplier"))["inBatch"] == euro("0.00")
    alone = await make(seller, (supplier, "100.00"))
    await step(seller.coordinator, alone, "approve")
    await account(seller, supplier, "DE89370400440532013000", "Bouwmaat BV")
    assert (await step(seller.treasurer, alone, "send"))["state"] == "withdrawn"
    await world.guard()


async def test_an_account_that_was_closed_pays_nothing(world: World, seller: Seller) -> None:
    member, supplier = (await owed(seller, "member"))["creditor"], (await owed(seller, "supplier"))["creditor"]
    await account(seller, member)
    await account(seller, supplier, "DE89370400440532013000", "Bouwmaat BV")
    draft, approved = [await make(seller, one) for one in ((member, "36.30"), (supplier, "100.00"))]
    await step(seller.coordinator, approved, "approve")
    place = f"/v1/cooperatives/{seller.id}/bank-accounts"
    old = (await seller.treasurer("GET", place))["items"][0]
    await seller.pays_to("BE68539007547034")
    await seller.treasurer("POST", f"/v1/bank-accounts/{old['id']}/transitions", {"verb": "close"})
    for who, batch, verb in ((seller.coordinator, draft, "approve"), (seller.treasurer, approved, "send")):
        refused = await step(who, batch, verb, 409)
        assert (refused["code"], refused["facts"]["reason"]) == ("wrong_state", "own_account_closed")
        assert (await step(seller.treasurer, batch, "withdraw"))["state"] == "withdrawn"
    again = await make(seller, (member, "36.30"))
    await step(seller.coordinator, again, "approve")
    assert "BE68539007547034" in (await file_of(seller.treasurer, await step(seller.treasurer, again, "send"))).decode()
    await world.guard()


async def test_the_bank_refuses_one_payment_or_the_whole_file(world: World, seller: Seller) -> None:
    batch = await sent(seller)
    item = next(one for one in await items_of(seller, batch) if one["creditor"]["kind"] == "supplier")
    place = f"/v1/payment-items/{item['id']}/transitions"
    refused = await seller.treasurer("POST", place, {"verb": "refuse", "reason": "rekening gesloten"})
    assert refused["state"] == "refused"
    assert (await owed(seller, "supplier"))["balance"] == euro("100.00")
    await seller.treasurer("POST", place, {"verb": "refuse"}, status=409)
    assert (await step(seller.treasurer, batch, "withdraw"))["state"] == "withdrawn"
    assert (await owed(seller, "member"))["balance"] == euro("36.30")
    await file_of(seller.treasurer, batch, 404)
    assert (await world.balances(seller))["bank"] == "0.00"
    await world.guard()


async def test_a_batch_is_done_when_each_payment_went_out_or_was_undone(world: World, seller: Seller) -> None:
    batch = await sent(seller)
    first, second = await items_of(seller, batch)
    async with world.books.transaction() as tx:
        await item_went_out(tx, UUID(first["id"]))
    assert (await step(seller.treasurer, batch, "withdraw", 409))["facts"]["reason"] == "payments_went_out"
    undone = f"/v1/journals/{first['id']}/reversals"
    assert (await seller.treasurer("POST", undone, {"reason": "x"}, status=409))["code"] == "wrong_state"
    await seller.treasurer("POST", f"/v1/journals/{second['id']}/reversals", {"reason": "vergissing"})
    assert [one["state"] for one in await items_of(seller, batch)] == ["paid", "refused"]
    done = await seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}")
    assert done["state"] == "done"
    await world.guard()


async def test_nobody_makes_or_approves_a_batch_that_pays_them(world: World, seller: Seller) -> None:
    member = (await owed(seller, "member"))["creditor"]
    await account(seller, member)
    batch = await make(seller, (member, "36.30"))
    person_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    assert (await step(seller.member, batch, "approve", 403))["code"] == "second_person_needed"
    await step(seller.treasurer, batch, "withdraw")
    place, body = f"/v1/cooperatives/{seller.id}/payment-batches", {"creditor": member, "amount": {"amount": "1.00"}}
    refused = await seller.member("POST", place, {"items": [body]}, status=403)
    assert refused["code"] == "second_person_needed"
    assert (await seller.member("POST", place, {}, status=409))["code"] == "nothing_owed"


async def test_of_two_batches_at_once_one_pays(world: World, seller: Seller) -> None:
    supplier = (await owed(seller, "supplier"))["creditor"]
    await account(seller, supplier)
    place = f"/v1/cooperatives/{seller.id}/payment-batches"
    body = {"items": [{"creditor": supplier, "amount": {"amount": "60.00"}}]}

    async def one() -> int:
        headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer: Any = await seller.treasurer.client.request("POST", place, json=body, headers=headers)
        return int(answer.status_code)

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))) == [201, 409, 409, 409]
    await world.guard()


@pytest.fixture
async def forgotten_restore(database_url: str) -> AsyncIterator[None]:
    """Other tests on this database know nothing of the restore."""
    yield
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await superuser.execute(
        "set session_replication_role = replica; delete from restoration; update invoice_series set unchecked = false"
    )
    await superuser.close()


async def test_after_a_restore_nothing_is_paid_twice(world: World, seller: Seller, forgotten_restore: None) -> None:
    """One batch had left after the backup: it is booked as sent with the same ids, and the other one can be sent."""
    member, supplier = (await owed(seller, "member"))["creditor"], (await owed(seller, "supplier"))["creditor"]
    await account(seller, member)
    await account(seller, supplier)
    left, waits = await make(seller, (member, "36.30")), await make(seller, (supplier, "100.00"))
    for batch in (left, waits):
        await step(seller.coordinator, batch, "approve")
    await SystemRun(world.books)(note_restore)
    await world.work()
    assert "check_batches" in [task["what"] for task in (await seller.treasurer("GET", "/v1/tasks"))["items"]]
    assert (await step(seller.treasurer, waits, "send", 409))["code"] == "restored_unchecked"
    place = f"/v1/cooperatives/{seller.id}/payment-batches/checks"
    checked = await seller.treasurer("POST", place, {"leftBatchIds": [left["id"]]})
    assert [(one["id"], one["state"]) for one in checked] == [(left["id"], "sent")]
    await seller.treasurer("POST", place, {"leftBatchIds": []}, status=409)
    assert (await make(seller, (member, "1.00"), status=409))["code"] == "nothing_owed"
    assert (await step(seller.treasurer, waits, "send"))["state"] == "sent"
    await world.guard()


async def test_a_batch_that_all_items_left_at_its_approval_is_withdrawn(world: World, seller: Seller) -> None:
    member = (await owed(seller, "member"))["creditor"]
    await account(seller, member)
    batch = await make(seller, (member, "36.30"))
    (own,) = (await seller.member("GET", f"/v1/cooperatives/{seller.id}/payee-accounts"))["items"]
    await seller.member("POST", f"/v1/payee-accounts/{own['id']}/transitions", {"verb": "withdraw"})
    assert (await step(seller.coordinator, batch, "approve"))["state"] == "withdrawn"
    assert [(one["state"], one["reason"]) for one in await items_of(seller, batch)] == [("left", "iban_changed")]


async def test_a_customer_whom_a_batch_paid_is_forgotten(world: World, seller: Seller) -> None:
    buyer = world.person()
    order = await world.sale(seller, buyer, "100.00")
    await credit(seller, order, "21.00")
    customer = (await owed(seller, "customer"))["creditor"]
    await account(seller, customer, name="Jo de Wit")
    batch = await make(seller, (customer, "21.00"))
    await step(seller.coordinator, batch, "approve")
    await step(seller.treasurer, batch, "send")
    file = await file_of(seller.treasurer, batch)
    await buyer("DELETE", "/v1/me", status=204)
    assert (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/payee-accounts"))["items"] == []
    (item,) = await items_of(seller, batch)
    assert (item["state"], item["payeeAccountId"], item["text"]) == ("sent", None, "")
    assert await file_of(seller.treasurer, batch) == file


async def test_what_a_credit_note_took_off_a_later_bill_holds_nothing_back(world: World, seller: Seller) -> None:
    supplier_id = await bills.supplier(seller)
    await account(seller, {"kind": "supplier", "id": supplier_id})
    today: Json = {"billedOn": world.clock.today.isoformat()}
    later = (world.clock.today + timedelta(days=30)).isoformat()
    await world.lower_floor(seller)
    first = await bills.enter(seller, supplier_id, bills.line("100.00", None, "0"), number="1", dueOn=later, **today)
    await bills.step(seller.coordinator, first, "approve")
    credited = bills.line("-100.00", None, "0")
    note = await bills.enter(seller, supplier_id, credited, number="2", creditsId=first["id"], **today)
    await bills.step(seller.coordinator, note, "approve")
    now = await bills.enter(seller, supplier_id, bills.line("50.00", None, "0"), number="3", **today)
    await bills.step(seller.coordinator, now, "approve")
    assert (await make(seller))["amount"] == euro("50.00")


async def test_a_payment_that_was_refused_before_the_first_download_is_not_in_the_file(
    world: World, seller: Seller
) -> None:
    batch = await sent(seller)
    refused, *others = await items_of(seller, batch)
    await seller.treasurer("POST", f"/v1/payment-items/{refused['id']}/transitions", {"verb": "refuse"})
    file = await file_of(seller.treasurer, batch)
    assert refused["id"].replace("-", "").encode() not in file
    assert others
    assert all(one["id"].replace("-", "").encode() in file for one in others)
    await world.guard()

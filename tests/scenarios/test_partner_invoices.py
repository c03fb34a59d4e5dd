"""Invoices of partners to the lead of a job, in their own series; with the credits and corrections of the job."""

from datetime import date
from typing import Any

import pytest

from tests.scenarios.jobs import COLLECTIVE, approved, delivered, join, line, move, plan, slot
from tests.scenarios.money import boxes
from tests.scenarios.papers import ADDRESS, COMPANY, sums
from tests.scenarios.test_corrections import undo
from tests.scenarios.test_corrections_of_jobs import approval, credit, undo_by_all
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_vat import apart
from tests.scenarios.test_small_business import choose
from tests.world import Json, Seller, World


async def two(world: World, *, scheme: bool = False) -> tuple[Seller, Seller, str]:
    """A lead and a partner, two legal entities that can invoice; and the prefix of the partner's numbers."""
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await apart(world, lead, partner)
    if scheme:
        await choose(world, partner, f"{world.clock():%Y}-01-01")
    await lead.can_invoice()
    return lead, partner, await partner.can_invoice()


async def job_of(world: World, lead: Seller, partner: Seller, **more: Any) -> Json:
    """An approved job of 200.00: the lead and the partner do half each."""
    job = await plan(world, lead, slot("Koken", 5000), slot("Poetsen", 5000), lines=[line("200.00")], **more)
    for number, seller in enumerate((lead, partner)):
        await join(seller.coordinator, job, seller.member_id, number)
    return await approved(job, lead, partner)


async def between(seller: Seller) -> list[Json]:
    """What its staff reads of invoices between cooperatives, oldest first."""
    found = (await seller.treasurer("GET", "/v1/invoices?limit=100"))["items"]
    return [one for one in reversed(found) if one["buyerId"]]


async def with_details(seller: Seller, **details: object) -> None:
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", place, details, headers={"If-Match": "*"})


async def test_a_partner_invoices_the_lead_in_its_own_series(world: World) -> None:
    """100.00 + 21.00: seller the partner, buyer the lead, with all that the law asks; the lead reads it."""
    lead, partner, prefix = await two(world)
    job = await job_of(world, lead, partner)
    await world.work()
    (invoice,) = await between(partner)
    assert invoice == (await between(lead))[0]
    assert (invoice["kind"], invoice["payment"], sums(invoice)) == ("partner", "netted", ("100.00", "21.00", "121.00"))
    assert invoice["number"] == f"{prefix}{invoice['issuedOn'][:4]}-00001"
    assert (invoice["cooperativeId"], invoice["buyerId"]) == (partner.id, lead.id)
    assert (invoice["due"]["amount"], invoice["dueOn"], invoice["rfReference"]) == ("0.00", None, None)
    paper, order = invoice["paper"], await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    buyer = paper["buyer"]
    shown = await lead.treasurer("GET", f"/v1/cooperatives/{lead.id}")
    assert (buyer["name"], buyer["kvkNumber"], buyer["vatId"]) == (
        shown["legalName"],
        shown["kvkNumber"],
        shown["vatId"],
    )
    assert (buyer["postalAddress"], buyer["purchaseOrder"]) == (shown["postalAddress"], order["reference"])
    assert [(one["title"], one["quantity"], one["unit"]) for one in paper["lines"]] == [("Poetsen", 1, "piece")]
    place = f"/v1/invoices/{invoice['id']}"
    assert (await lead.treasurer("GET", place))["number"] == invoice["number"]
    for ending in ("pdf", "xml"):
        await lead.treasurer("GET", f"{place}/invoice.{ending}")
    await lead.treasurer("GET", f"/v1/orders/{invoice['orderIds'][0]}", status=404)
    stranger = await world.cooperative()
    await stranger.treasurer("GET", place, status=404)
    await lead.member("GET", place, status=404)
    await lead.treasurer("POST", f"{place}/sendings", {"channel": "by_hand"}, status=404)
    quarter = (date.fromisoformat(paper["suppliedUntil"]).month + 2) // 3
    assert (await boxes(lead), quarter) == (
        {"1a": "42.00", "5b": "-21.00"},
        (date.fromisoformat(invoice["issuedOn"]).month + 2) // 3,
    )
    await books_are_right(world)


async def test_a_credit_of_the_customer_gives_the_partners_note_too(world: World) -> None:
    """24.20 off: 10.00 + 2.10 of it is the partner's; undone, the partner invoices it again."""
    lead, partner, prefix = await two(world)
    job = await job_of(world, lead, partner)
    await world.work()
    await credit(lead, job, "24.20")
    invoice, note = await between(lead)
    assert (note["kind"], sums(note), note["refersTo"]) == ("credit_note", ("10.00", "2.10", "12.10"), [invoice["id"]])
    assert note["number"].startswith(prefix)
    assert note["paper"]["buyer"] == invoice["paper"]["buyer"]
    assert (await boxes(partner), await boxes(lead)) == ({"1a": "18.90"}, {"1a": "37.80", "5b": "-18.90"})
    await books_are_right(world)
    await undo_by_all(lead, partner)
    again = (await between(lead))[-1]
    assert (again["kind"], sums(again)) == ("partner", ("10.00", "2.10", "12.10"))
    assert (again["refersTo"], again["payment"]) == ([note["id"]], "netted")
    await books_are_right(world)


async def test_an_approval_that_is_undone_is_credited(world: World) -> None:
    lead, partner, _ = await two(world)
    job = await job_of(world, lead, partner)
    await world.work()
    waits = set((await undo(lead, await approval(lead)))["waitsFor"])
    assert waits == {partner.id}
    await undo(partner, await approval(partner))
    invoice, note = await between(lead)
    assert (note["kind"], sums(note), note["refersTo"]) == ("credit_note", sums(invoice), [invoice["id"]])
    await books_are_right(world)
    await move(lead.treasurer, job, "approve", reason="toch goed")
    await world.work()
    *_, anew = await between(lead)
    assert (anew["kind"], sums(anew), anew["refersTo"]) == ("partner", sums(invoice), [])
    await books_are_right(world)


async def test_work_on_buildings_is_reverse_charged(world: World) -> None:
    """«Btw verlegd»: 100.00 without VAT, in 1e here; 2a +21.00 and 5b −21.00 at the lead, whose VAT id it needs."""
    lead, partner, _ = await two(world)
    await with_details(lead, vatId=None)
    await job_of(world, lead, partner, realProperty=True)
    await world.work()
    await world.invoice()
    assert await between(partner) == []
    (charge,) = (await partner.treasurer("GET", "/v1/orders"))["items"]
    refused = await partner.treasurer("POST", f"/v1/orders/{charge['id']}/invoices", {}, status=422)
    assert (refused["code"], refused["facts"]["how"]) == ("vat_id_needed", "partner")
    await with_details(lead, vatId="NL900000110B88")
    await world.invoice()
    await world.invoice()
    (invoice,) = await between(lead)
    assert sums(invoice) == ("100.00", "0.00", "100.00")
    assert [(one["vatClass"], one["vatPercent"]) for one in invoice["paper"]["groups"]] == [("reverse_charged", "0")]
    assert invoice["paper"]["buyer"]["vatId"] == "NL900000110B88"
    assert await boxes(lead) == {"1a": "42.00", "2a": "21.00", "5b": "-21.00"}
    await books_are_right(world)


async def test_a_partner_under_the_small_business_scheme_shows_no_vat(world: World) -> None:
    lead, partner, _ = await two(world, scheme=True)
    await job_of(world, lead, partner)
    await world.work()
    (invoice,) = await between(lead)
    (group,) = invoice["paper"]["groups"]
    assert (group["smallBusiness"], sums(invoice)) == (True, ("100.00", "0.00", "100.00"))
    assert await boxes(lead) == {"1a": "42.00"}
    await books_are_right(world)


async def test_a_partner_that_cannot_invoice_yet_holds_nothing_up(world: World) -> None:
    """It has its prefix, and no bank account. The job is approved; the guard issues the invoice once it can."""
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await apart(world, lead, partner)
    await with_details(lead, legalName="Lead U.A.", postalAddress=ADDRESS)
    prefix = await partner.can_invoice()
    await with_details(partner, legalName=None)
    job = await job_of(world, lead, partner)
    await world.work()
    assert (job["state"], await between(partner)) == ("approved", [])
    await credit(lead, job, "24.20")
    await with_details(partner, legalName="Partner U.A.")
    await world.invoice()
    (invoice,) = await between(lead)
    assert (sums(invoice), invoice["number"].startswith(prefix)) == (("90.00", "18.90", "108.90"), True)
    await books_are_right(world)


async def test_a_lead_without_an_address_is_asked_for_it(world: World) -> None:
    """An invoice names the address of its buyer (Wet OB 1968 art. 35a): it waits, or the partner enters the address."""
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await apart(world, lead, partner)
    await partner.can_invoice()
    await job_of(world, lead, partner)
    await world.work()
    assert await between(partner) == []
    (charge,) = (await partner.treasurer("GET", "/v1/orders"))["items"]
    place = f"/v1/orders/{charge['id']}/invoices"
    assert (await partner.treasurer("POST", place, {}, status=422))["code"] == "buyer_address_needed"
    invoice = await partner.treasurer("POST", place, {"postalAddress": ADDRESS})
    assert invoice["paper"]["buyer"]["postalAddress"]["street"] == "Spoorlaan 9"
    assert [one["number"] for one in await between(lead)] == [invoice["number"]]


@pytest.mark.parametrize("asked", [False, True])
async def test_one_legal_entity_sends_itself_no_invoice(world: World, asked: bool) -> None:
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    for seller in (lead, partner):
        await seller.can_invoice()
    job = await job_of(world, lead, partner)
    await world.work()
    await world.invoice()
    if asked:
        (charge,) = (await partner.treasurer("GET", "/v1/orders"))["items"]
        refused = await partner.treasurer("POST", f"/v1/orders/{charge['id']}/invoices", {}, status=422)
        assert refused["facts"]["rule"] == "no_invoice_within_entity"
    await credit(lead, job, "24.20")
    assert (await between(partner), await between(lead)) == ([], [])
    await books_are_right(world)


async def test_a_job_that_is_resumed_keeps_its_invoice(world: World) -> None:
    """242.00 was invoiced at delivery; while the job goes on it stays asked and charged, and there is no second one."""
    lead, partner, _ = await two(world)
    slots = slot("Koken", 5000), slot("Poetsen", 5000)
    job = await plan(world, lead, *slots, lines=[line("200.00")], contact=COMPANY)
    for number, seller in enumerate((lead, partner)):
        await join(seller.coordinator, job, seller.member_id, number)
    job = await delivered(job, lead, partner)
    await world.work()
    place = f"/v1/orders/{job['orderId']}/invoices"
    (invoice,) = await lead.treasurer("GET", place)
    await move(lead.treasurer, job, "dispute", reason="De vloer is nog vuil")
    await move(lead.coordinator, job, "resume")
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    (asked,) = await lead.treasurer("GET", place)
    assert (order["state"], order["invoiceId"], asked["due"]) == ("in_progress", None, invoice["due"])
    assert await boxes(lead) == {"1a": "42.00"}
    await books_are_right(world)
    await move(lead.coordinator, job, "deliver")
    await world.work()
    assert [one["id"] for one in await lead.treasurer("GET", place)] == [invoice["id"]]
    assert (await lead.treasurer("GET", f"/v1/orders/{job['orderId']}"))["invoiceId"] == invoice["id"]
    await books_are_right(world)

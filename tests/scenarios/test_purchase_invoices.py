"""Invoices of joint purchases: each partner gets the lead's, at cost, to the cent as it was charged in the books."""

from decimal import Decimal
from random import Random

import pytest

from tests.scenarios.buying import mine, owed, plan, rich, settle, wish
from tests.scenarios.papers import ADDRESS, sums
from tests.scenarios.test_corrections import undo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_prices import price, received
from tests.scenarios.test_joint_vat import apart, cloth
from tests.scenarios.test_partner_invoices import between, with_details
from tests.world import Json, Seller, World


async def buying(world: World, *, scheme: bool = False, lead_scheme: bool = False) -> tuple[Seller, Seller, str]:
    """A lead and a partner with money, two legal entities that can invoice; and the prefix of the lead's numbers."""
    lead, partner = await rich(world, scheme=lead_scheme), await rich(world, scheme=scheme)
    await apart(world, lead, partner)
    await partner.can_invoice()
    return lead, partner, await lead.can_invoice()


async def bought(
    world: World, lead: Seller, partner: Seller, *articles: Json, deductible: bool = True
) -> tuple[Json, Json]:
    """10 units of 1.00 at 21 %, of which 6 are the partner's: settled. The purchase, and the partner's wish."""
    purchase = await plan(world, lead, *(articles or [cloth()]), partners=(partner,), deductible=deductible)
    await mine(lead, purchase, 4)
    theirs = await mine(partner, purchase, 6)
    purchase = await received(lead, purchase, 10)
    await settle(lead, purchase, "12.10")
    return purchase, theirs


async def credit(lead: Seller, wished: Json, amount: str) -> None:
    body = {"amount": {"amount": amount}, "reason": "vlek"}
    await lead.treasurer("POST", f"/v1/wishes/{wished['id']}/credits", body)


async def undo_by_both(world: World, lead: Seller, partner: Seller, purchase: Json, kind: str) -> None:
    for side in (lead, partner):
        await undo(side, await world.journal(side, purchase["id"], kind))


async def asked(seller: Seller) -> Decimal:
    """What the invoices of a buyer ask, less its credit notes."""
    found = await between(seller)
    return sum(
        (Decimal(one["gross"]["amount"]) * (-1 if one["kind"] == "credit_note" else 1) for one in found), Decimal()
    )


async def test_each_partner_gets_an_invoice_at_cost(world: World) -> None:
    lead, partner, prefix = await buying(world)
    purchase, _ = await bought(world, lead, partner)
    assert await between(partner) == []
    await world.work()
    await world.invoice()
    (invoice,) = await between(partner)
    assert invoice == (await between(lead))[0]
    assert (invoice["kind"], invoice["payment"], sums(invoice)) == ("partner", "netted", ("6.00", "1.26", "7.26"))
    assert invoice["number"] == f"{prefix}{invoice['issuedOn'][:4]}-00001"
    assert (invoice["purchaseId"], invoice["buyerId"], invoice["orderIds"]) == (purchase["id"], partner.id, [])
    assert (invoice["dueOn"], invoice["rfReference"], invoice["due"]["amount"]) == (None, None, "0.00")
    paper = invoice["paper"]
    assert (paper["orderReferences"], paper["buyer"]["vatId"]) == (["Garen samen"], "NL900000110B88")
    (shown,) = paper["lines"]
    assert (shown["title"], shown["quantity"], shown["unit"]) == ("Stof standard", 6, "meter")
    assert (shown["unitPrice"]["amount"], shown["vatClass"], shown["vatPercent"]) == ("1.00", "standard", "21")
    assert shown["suppliedOn"] == paper["suppliedFrom"] == paper["suppliedUntil"]
    assert await owed(lead) == {partner.id: "-7.26"}
    place = f"/v1/invoices/{invoice['id']}"
    for ending in ("pdf", "xml"):
        await partner.treasurer("GET", f"{place}/invoice.{ending}")
    await partner.coordinator("GET", place)
    stranger = await world.cooperative()
    for caller in (partner.member, lead.member, stranger.treasurer, await world.app()):
        await caller("GET", place, status=404)
    await partner.treasurer("POST", f"{place}/sendings", {"channel": "by_hand"}, status=404)
    await books_are_right(world)


async def test_a_credit_of_the_supplier_gives_a_note_and_its_reversal_an_invoice(world: World) -> None:
    lead, partner, _ = await buying(world)
    purchase, theirs = await bought(world, lead, partner)
    await world.work()
    await credit(lead, theirs, "1.21")
    invoice, note = await between(partner)
    assert (note["kind"], sums(note), note["refersTo"]) == ("credit_note", ("1.00", "0.21", "1.21"), [invoice["id"]])
    assert (note["purchaseId"], note["paper"]["reason"], note["payment"]) == (purchase["id"], "vlek", None)
    assert note["paper"]["buyer"] == invoice["paper"]["buyer"]
    assert await owed(lead) == {partner.id: "-6.05"}
    await books_are_right(world)
    await undo_by_both(world, lead, partner, purchase, "joint_purchase_credit")
    *_, again = await between(partner)
    assert (again["kind"], sums(again), again["refersTo"]) == ("partner", ("1.00", "0.21", "1.21"), [note["id"]])
    await books_are_right(world)
    await world.work()
    await world.invoice()
    assert len(await between(partner)) == 3


async def test_a_settlement_that_is_reversed_is_credited_and_invoiced_anew(world: World) -> None:
    lead, partner, _ = await buying(world)
    purchase, _ = await bought(world, lead, partner)
    await world.work()
    await undo_by_both(world, lead, partner, purchase, "joint_purchase")
    invoice, note = await between(partner)
    assert (note["kind"], sums(note), note["refersTo"]) == ("credit_note", sums(invoice), [invoice["id"]])
    await world.work()
    await world.invoice()
    assert len(await between(partner)) == 2
    await books_are_right(world)
    await settle(lead, purchase, "12.10")
    await world.work()
    *_, anew = await between(partner)
    assert (anew["kind"], sums(anew), anew["refersTo"]) == ("partner", sums(invoice), [note["id"]])
    await books_are_right(world)


async def test_a_lead_that_cannot_invoice_yet_holds_nothing_up(world: World) -> None:
    """The guard issues the invoice later, less what was credited meanwhile; a credit that is undone is asked then."""
    lead, partner, _ = await buying(world)
    await with_details(lead, legalName=None)
    purchase, theirs = await bought(world, lead, partner)
    await world.work()
    await credit(lead, theirs, "1.21")
    assert await between(partner) == []
    await with_details(lead, legalName="Lead U.A.")
    await world.invoice()
    (invoice,) = await between(partner)
    assert sums(invoice) == ("5.00", "1.05", "6.05")
    assert [one["role"] for one in invoice["paper"]["lines"]] == ["supply", "credited"]
    await books_are_right(world)
    await undo_by_both(world, lead, partner, purchase, "joint_purchase_credit")
    *_, again = await between(partner)
    assert (sums(again), again["refersTo"]) == (("1.00", "0.21", "1.21"), [invoice["id"]])
    await books_are_right(world)


async def test_all_that_was_credited_before_is_not_invoiced_until_that_is_undone(world: World) -> None:
    lead, partner, _ = await buying(world)
    await with_details(lead, legalName=None)
    purchase, theirs = await bought(world, lead, partner)
    await credit(lead, theirs, "7.26")
    await with_details(lead, legalName="Lead U.A.")
    await world.work()
    await world.invoice()
    assert await between(partner) == []
    await undo_by_both(world, lead, partner, purchase, "joint_purchase_credit")
    await world.work()
    assert [sums(one) for one in await between(partner)] == [("6.00", "1.26", "7.26")]
    await books_are_right(world)


async def test_a_partner_without_an_address_waits_alone(world: World) -> None:
    lead, partner, _ = await buying(world)
    third = await rich(world)
    await apart(world, third)
    purchase = await plan(world, lead, cloth(), partners=(partner, third), deductible=True)
    await mine(partner, purchase, 6)
    await mine(third, purchase, 4)
    purchase = await received(lead, purchase, 10)
    await settle(lead, purchase, "12.10")
    await world.work()
    assert ([sums(one) for one in await between(partner)], await between(third)) == ([("6.00", "1.26", "7.26")], [])
    await with_details(third, postalAddress=ADDRESS)
    await world.invoice()
    (invoice,) = await between(third)
    assert (sums(invoice), invoice["number"][-5:]) == (("4.00", "0.84", "4.84"), "00002")
    await books_are_right(world)


async def test_one_legal_entity_gets_no_invoice(world: World) -> None:
    lead, twin = await rich(world), await rich(world)
    for seller in (lead, twin):
        await seller.can_invoice()
    for deductible in (True, False):
        _, theirs = await bought(world, lead, twin, deductible=deductible)
        await world.work()
        await world.invoice()
        await credit(lead, theirs, "1.21")
        assert await between(twin) == []
    await books_are_right(world)


@pytest.mark.parametrize("lead_scheme", [False, True])
async def test_a_bill_that_is_shared_with_its_vat_shows_none(world: World, lead_scheme: bool) -> None:
    """Not for taxed work: 7.26 as costs on joint account. A lead under the scheme: 7.26 by that."""
    lead, partner, _ = await buying(world, lead_scheme=lead_scheme)
    _, theirs = await bought(world, lead, partner, deductible=lead_scheme)
    await world.work()
    (invoice,) = await between(partner)
    (group,) = invoice["paper"]["groups"]
    assert (group["vatClass"], group["smallBusiness"]) == ("exempt", lead_scheme)
    assert (sums(invoice), await owed(lead)) == (("7.26", "0.00", "7.26"), {partner.id: "-7.26"})
    await credit(lead, theirs, "1.21")
    *_, note = await between(partner)
    assert sums(note) == ("1.21", "0.00", "1.21")
    await books_are_right(world)


async def test_a_price_that_rose_is_not_on_it(world: World) -> None:
    """Ordered at 1.00, billed 1.50: the lead's fund pays the rest, so the invoice is 6.00 + 1.26."""
    lead, partner, _ = await buying(world)
    purchase = await plan(world, lead, cloth(), partners=(partner,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(partner, purchase, 6)
    purchase = await received(lead, purchase, 10)
    await price(lead.coordinator, purchase, "1.50")
    await settle(lead, purchase, "18.15")
    await world.work()
    assert [sums(one) for one in await between(partner)] == [("6.00", "1.26", "7.26")]
    assert (await world.balances(lead))["cooperative_fund"] == "-5.00"
    await books_are_right(world)


@pytest.mark.parametrize("scheme", [False, True])
async def test_cents_of_vat_are_those_of_the_books(world: World, scheme: bool) -> None:
    """10 × 0.12 is 1.45. A partner with 3 pays 0.36 + 0.08, one with 7 pays 0.84 + 0.18: a cent more than the bill."""
    lead, partner, _ = await buying(world, scheme=scheme)
    third = await rich(world)
    await apart(world, third)
    await third.can_invoice()
    purchase = await plan(world, lead, cloth("0.12"), partners=(partner, third), deductible=True)
    await mine(partner, purchase, 3)
    await mine(third, purchase, 7)
    purchase = await received(lead, purchase, 10)
    await settle(lead, purchase, "1.45")
    await world.work()
    assert [sums(one) for one in await between(partner)] == [("0.36", "0.08", "0.44")]
    assert [sums(one) for one in await between(third)] == [("0.84", "0.18", "1.02")]
    assert await owed(lead) == {partner.id: "-0.44", third.id: "-1.02"}
    await books_are_right(world)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_bought_and_credited_it_asks_what_the_books_say(world: World, seed: int) -> None:
    """Three articles of two rates, delivery and a discount; credits of any size."""
    random = Random(seed)
    lead, partner, _ = await buying(world, scheme=seed == 1)
    articles = [cloth("1.07"), cloth("0.33", "reduced"), cloth("2.19")]
    more: Json = {"delivery": {"amount": "3.31"}, "discount": {"amount": "0.97"}, "deductible": seed != 2}
    purchase = await plan(world, lead, *articles, partners=(partner,), **more)
    units = [0, 0, 0]
    given = []
    for number in range(3):
        for seller in (lead, partner):
            wished = random.randrange(1, 6)
            units[number] += wished
            made = await mine(seller, purchase, wished, article=number)
            given += [made] if seller is partner else []
    office = await wish(partner.coordinator, purchase, 2, article=0, cooperativeId=partner.id)
    units[0] += 2
    purchase = await received(lead, purchase, *units)
    total = (await settle(lead, purchase, "0.01", status=409))["facts"]["computed_cents"]
    await settle(lead, purchase, f"{total // 100}.{total % 100:02}")
    await world.work()
    assert f"-{await asked(partner)}" == (await owed(lead))[partner.id]
    for one in random.sample([*given, office], 2):
        await credit(lead, one, f"0.{random.randrange(1, 33):02}")
        assert f"-{await asked(partner)}" == (await owed(lead))[partner.id]
    await books_are_right(world)

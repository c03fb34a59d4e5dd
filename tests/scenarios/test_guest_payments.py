"""What the status link asks: of a deposit, of a month, and of a collective invoice; and the files of its invoices."""

import pytest

from tests.scenarios.money import credit, pay, step
from tests.scenarios.papers import ADDRESS, COMPANY, file_of, invoices_of, selling
from tests.scenarios.test_collective_invoices import MONTHLY, done
from tests.scenarios.test_guest_page import Text, page, shown, told
from tests.test_epc import dark_modules
from tests.test_epc import picture as drawn
from tests.world import GUEST, Caller, Json, Seller, World


async def deposited(world: World) -> tuple[Seller, Caller, Json]:
    """A company's order of 726.00 that was accepted, with a deposit invoice of 217.80."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "600.00"), contact=COMPANY)
    await step(seller.member, order, "accept")
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "30"})
    return seller, app, order


def asks(found: Json) -> tuple[str, str | None, str, str | None, str | None]:
    """What is due, what is due now, and what the transfer says."""
    how = found["howToPay"]
    assert how["amount"] == found["dueNow"]
    return found["due"]["amount"], how["amount"]["amount"], how["reference"], how["dueOn"], how["invoiceNumber"]


async def read_code(world: World, found: Json) -> tuple[float, str]:
    """Amount and reference of the QR code."""
    zxing = pytest.importorskip("zxingcpp")
    picture = await world.client.get(found["howToPay"]["qr"])
    (read,) = zxing.read_barcodes(drawn(dark_modules(picture.text)))
    lines = read.text.split("\n")
    return float(lines[7].removeprefix("EUR")), lines[9]


async def test_before_supply_a_deposit_asks_its_part(world: World) -> None:
    """726.00: 217.80 now, then 117.80, then nothing; 508.20 after delivery."""
    with world.clock.at("2027-03-05"):
        seller, _, order = await deposited(world)
        reference = order["rfReference"]
        found = await told(world, order)
        assert asks(found) == ("726.00", "217.80", reference, "2027-03-19", None)
        assert (found["dueOn"], found["invoices"][0]["due"]["amount"]) == (None, "217.80")
        assert found["howToPay"]["text"].startswith("Maak € 217,80 over")
        assert "19 maart 2027" in found["howToPay"]["text"]
        words = await shown(world, order)
        assert "Aanbetaling: € 217,80, uiterlijk 19 maart 2027. De rest, € 508,20, betaalt u na de levering." in words
        assert "U moet nog" not in words
        assert "Bedrag € 217,80 IBAN" in words
        words = await shown(world, order, "en")
        assert "Deposit: €217.80, by 19 March 2027. You pay the rest, €508.20, after delivery." in words
        await pay(seller, order, "100.00")
        assert asks(await told(world, order)) == ("626.00", "117.80", reference, "2027-03-19", None)
    with world.clock.at("2027-03-20"):
        assert "De laatste dag om te betalen was 19 maart 2027." in await shown(world, order)
        found = await told(world, order)
        assert await read_code(world, found) == (117.80, reference)
        await pay(seller, order, "117.80")
        assert (await world.client.get(found["howToPay"]["qr"])).status_code == 404
        found = await told(world, order)
        assert (found["howToPay"], found["dueNow"]["amount"], found["due"]["amount"]) == (None, "0.00", "508.20")
        assert (found["invoices"][0]["due"]["amount"], found["invoices"][0]["dueOn"]) == ("0.00", None)
        words = await shown(world, order)
        assert "uw aanbetaling is betaald. De rest, € 508,20, betaalt u na de levering." in words
        assert "your deposit has been paid. You pay the rest, €508.20, after delivery." in await shown(
            world, order, "en"
        )
        await step(seller.member, order, "deliver")
        await world.work()
        assert asks(await told(world, order)) == ("508.20", "508.20", reference, "2027-04-03", None)
        assert "U moet nog € 508,20 betalen. Betaal uiterlijk op 3 april 2027." in await shown(world, order)


async def test_the_list_names_deposits_and_credit_notes_and_what_is_due_of_them(world: World) -> None:
    with world.clock.at("2027-03-05"):
        seller, app, order = await deposited(world)
        words = await shown(world, order)
        (deposit,) = await invoices_of(app, order)
        assert f"Aanbetaling {deposit['number']} van 5 maart 2027: € 217,80" in words
        assert "Nog te betalen: € 217,80, uiterlijk 19 maart 2027." in words
        assert f"Deposit {deposit['number']} of 5 March 2027: €217.80" in await shown(world, order, "en")
        assert "Still to pay: €217.80, by 19 March 2027." in await shown(world, order, "en")
        await pay(seller, order, "217.80")
        await step(seller.member, order, "deliver")
        await world.work()
        await credit(seller, order, "8.20")
        words = await shown(world, order)
        _, final, note = await invoices_of(app, order)
        assert f"Factuur {final['number']} van 5 maart 2027: € 508,20" in words
        assert "Nog te betalen: € 500,00, uiterlijk 19 maart 2027." in words
        assert words.count("Nog te betalen:") == 1
        assert f"Creditnota {note['number']} van 5 maart 2027: € 8,20" in words
        dues = [(one["due"]["amount"], one["dueOn"]) for one in (await told(world, order))["invoices"]]
        assert dues == [("0.00", None), ("500.00", "2027-03-19"), ("0.00", None)]


async def test_a_month_is_asked_once_by_its_collective_invoice(world: World) -> None:
    """12.10, 24.20 and 36.30: no order asks its own; on the third one invoice asks 72.60, and links name it."""
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller, "10.00")
        orders = [await done(world, seller, app, offering, MONTHLY, quantity) for quantity in (1, 2, 3)]
        found = await told(world, orders[0])
        assert (found["billing"], found["due"]["amount"]) == ("monthly", "12.10")
        assert (found["dueNow"]["amount"], found["howToPay"]) == ("0.00", None)
        assert (await world.client.get(f"{orders[0]['statusUrl']}/qr.svg")).status_code == 404
        read = Text((await page(world, orders[0])).text)
        text = "U krijgt begin volgende maand één factuur voor al uw bestellingen van deze maand."
        assert text in str(read)
        assert ("svg" in read.tags, "U moet nog" in str(read)) == (False, False)
        text = "At the beginning of next month you will get one invoice for all your orders of this month."
        assert text in await shown(world, orders[0], "en")
    with world.clock.at("2027-04-01"):
        text = "U krijgt binnenkort één factuur voor al uw bestellingen van de maand van de levering."
        assert text in await shown(world, orders[0])
    with world.clock.at("2027-04-03"):
        await world.invoice()
        (invoice,) = await invoices_of(app, orders[0])
        for order in orders:
            found = await told(world, order)
            assert (found["dueNow"]["amount"], found["howToPay"], found["invoices"]) == ("0.00", None, [])
            assert "72.60" not in str(found)
        words = await shown(world, orders[0])
        number = invoice["number"]
        assert f"U kreeg factuur {number} voor al uw bestellingen van die maand. Betaal met die factuur." in words
        assert f"You got invoice {number} for all your orders of that month." in await shown(world, orders[0], "en")
        await pay(seller, orders[0], "12.10")
        assert "72,60" not in await shown(world, orders[0])


async def test_a_month_of_one_order_is_asked_behind_its_link(world: World) -> None:
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        order = await done(world, seller, app, await world.offering(seller, "10.00"), MONTHLY)
    with world.clock.at("2027-04-03"):
        await world.invoice()
        (invoice,) = await invoices_of(app, order)
        found = await told(world, order)
        assert asks(found) == ("12.10", "12.10", invoice["rfReference"], "2027-04-17", invoice["number"])
        assert found["howToPay"]["reference"] != order["rfReference"]
        assert await read_code(world, found) == (12.10, invoice["rfReference"])


async def test_a_deposit_of_a_monthly_customer_is_asked_at_once(world: World) -> None:
    """217.80 of 726.00, also after delivery; what is left waits for the month."""
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        order = await world.order(app, await world.offering(seller, "600.00"), contact=MONTHLY)
        await step(seller.member, order, "accept")
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "30"})
        for verb in ("deliver", None):
            assert asks(await told(world, order))[:2] == ("726.00", "217.80")
            words = await shown(world, order)
            assert "Aanbetaling: € 217,80, uiterlijk 19 maart 2027. U krijgt begin volgende maand" in words
            if verb:
                await step(seller.member, order, verb)
                await world.work()
        await pay(seller, order, "217.80")
        found = await told(world, order)
        assert (found["due"]["amount"], found["dueNow"]["amount"], found["howToPay"]) == ("508.20", "0.00", None)
        assert found["invoices"][0]["due"]["amount"] == "0.00"
        words = await shown(world, order)
        assert "U krijgt begin volgende maand" in words
        assert "Nog te betalen:" not in words


async def test_a_company_gets_the_electronic_invoice_by_the_link(world: World) -> None:
    """The same bytes as the staff; private people have none."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    theirs, private = [await done(world, seller, app, offering, contact) for contact in (COMPANY, GUEST)]
    (shown_invoice,) = (await told(world, theirs))["invoices"]
    (invoice,) = await invoices_of(app, theirs)
    assert shown_invoice["xml"] == f"{theirs['statusUrl']}/invoices/{invoice['number']}/invoice.xml"
    answer = await world.client.get(shown_invoice["xml"])
    assert answer.content == await file_of(world, app, invoice, "xml")
    assert answer.headers["content-type"].startswith("application/xml")
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert f'href="{shown_invoice["xml"]}"' in (await page(world, theirs)).text
    (simplified,) = (await told(world, private))["invoices"]
    assert simplified["xml"] is None
    assert "UBL" not in await shown(world, private)
    assert (await world.client.get(simplified["pdf"])).status_code == 200
    assert (await world.client.get(simplified["pdf"].replace(".pdf", ".xml"))).status_code == 404
    strange = shown_invoice["xml"].replace(theirs["statusUrl"], private["statusUrl"])
    assert (await world.client.get(strange)).status_code == 404


async def test_the_electronic_invoice_is_there_before_the_worker_made_the_files(world: World) -> None:
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    for contact, status in ((COMPANY, 200), (GUEST | {"buyer": {"postalAddress": ADDRESS}}, 404)):
        order = await world.order(app, offering, contact=contact)
        await world.deliver(seller, order)
        invoice = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {})
        (told_invoice,) = (await told(world, order))["invoices"]
        assert told_invoice["xml"] is None
        answer = await world.client.get(f"{order['statusUrl']}/invoices/{invoice['number']}/invoice.xml")
        assert answer.status_code == status
        assert b"<cbc:ID>" in answer.content or status == 404


async def test_a_consumer_without_an_address_reads_how_to_get_an_invoice(world: World) -> None:
    """121.00 is above the limit, 100.00 is not."""
    seller, _, app = await selling(world)
    above = await world.order(app, await world.offering(seller, "100.00"), contact=GUEST)
    name = (await told(world, above))["cooperative"]
    line = f"Wilt u een factuur? Vraag erom bij {name}."
    assert line not in await shown(world, above)
    await world.deliver(seller, above)
    await world.work()
    assert line in await shown(world, above)
    assert f"Would you like an invoice? Ask {name} for it." in await shown(world, above, "en")
    assert (await told(world, above))["invoiceOnRequest"] is True
    await app("POST", f"/v1/orders/{above['id']}/invoices", {"postalAddress": ADDRESS})
    below = await done(world, seller, app, await world.offering(seller, "100.00", priceBasis="incl"), GUEST)
    named = GUEST | {"buyer": {"postalAddress": ADDRESS}}
    addressed = await done(world, seller, app, await world.offering(seller, "100.00"), named)
    firm = await done(world, seller, app, await world.offering(seller, "100.00"), COMPANY)
    for order in (above, below, addressed, firm):
        assert (await told(world, order))["invoiceOnRequest"] is False
        assert line not in await shown(world, order)


async def test_a_name_with_a_full_stop_ends_a_sentence_once(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    await seller.pays_to(name="De Vrije Uitloop U.A.")
    order = await world.order(app, await world.offering(seller))
    for language in ("nl", "en"):
        text = (await told(world, order, language))["howToPay"]["text"]
        assert "De Vrije Uitloop U.A." in text
        assert ".." not in text

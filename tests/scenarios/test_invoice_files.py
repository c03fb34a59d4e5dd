"""What stands in the files of invoices, and what does not: margins, texts of any kind, numbers of buyers, states."""

import hashlib
import io
import json
import re
from typing import Any

import pytest
from pypdf import PdfReader

from tests.judges import findings, needs_judges
from tests.receiver import receiving
from tests.scenarios.money import credit, pay
from tests.scenarios.papers import (
    ADDRESS,
    COMPANY,
    COUNCIL,
    file_of,
    invoices_of,
    papers_are_right,
    selling,
    text_of,
    ubl_of,
)
from tests.scenarios.test_webhooks import SCOPES, feed
from tests.world import GUEST, Caller, Json, Seller, World

SECRETS = ("4.30", "4,30", "27.55", "27,55", "7.10", "7,10", ": 430,", ": 2755,", ": 710,", ":430,", ":2755,", ":710,")
"""VAT, net and purchase price of a coat of 31.85, in euro and in cents."""


async def bought(world: World, seller: Seller, app: Caller, offering: str, contact: Json, **more: Any) -> Json:
    """The invoice of an order that was delivered."""
    order = await world.order(app, offering, contact=contact, **more)
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    return order | {"invoice": invoice}


def words(pdf: bytes) -> str:
    """All that a reader of a file finds: pages, names, and the bytes of what is attached."""
    reader = PdfReader(io.BytesIO(pdf))
    objects: list[Any] = [reader.get_object(number) for number in range(1, int(str(reader.trailer["/Size"])))]
    texts: list[Any] = [one for one in objects if isinstance(one, str)]
    texts += [value for one in objects if isinstance(one, dict) for value in one.values() if isinstance(value, str)]
    attached = [content.decode() for contents in reader.attachments.values() for content in contents]
    return " ".join([text_of(pdf), str(reader.metadata), *texts, *attached])


async def test_the_margin_of_second_hand_goods_is_nowhere(world: World) -> None:
    """It is in no file, feed, webhook, answer or page that a customer or an app gets; nor of its credit."""
    seller, _, _ = await selling(world)
    app = await world.app(SCOPES)
    more: Json = {"kind": "goods", "vatClass": "margin", "purchasePrice": {"amount": "7.10"}, "stock": 9}
    coat = await world.offering(seller, "31.85", title="Jas", **more)
    async with receiving() as receiver:
        hook = await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url, "kinds": []}, status=None)
        assert hook["secret"]
        order = await bought(world, seller, app, coat, COMPANY | {"phone": "0612345678"})
        await credit(seller, order, "10.00")
        await world.work()
        await world.send()
        said = [str((await feed(app))["items"]), *(body.decode() for _, body in receiver.calls)]
        assert any("invoice.issued" in text for text in said)
    invoice, note = await invoices_of(app, order)
    for one in (invoice, note):
        said.append(words(await file_of(world, app, one)))
        said.append((await file_of(world, app, one, "xml")).decode())
        said.append(str(await app("GET", f"/v1/invoices/{one['id']}")))
    place = order["statusUrl"].removeprefix(world.settings.public_url)
    for accept in ("text/html", "application/json"):
        said.append((await world.client.get(place, headers={"Accept": accept})).text)
    said.append(str(await app("GET", f"/v1/orders/{order['id']}")))
    said.append(str(await app("GET", f"/v1/orders/{order['id']}/credits")))
    # Moments have such figures by chance.
    told = [re.sub(r"\d\d:\d\d:\d\d[.]\d+", "", text) for text in said]
    for text in told:
        for secret in (*SECRETS, "1.74", "1,74", "8.26", "8,26"):
            assert secret not in text, (secret, text[max(0, text.find(secret) - 60) :][:120])
    assert any("31.85" in text for text in said)
    await papers_are_right(world, seller)


async def test_numbers_of_papers_may_look_like_a_citizen_number(world: World) -> None:
    """`123456782` passes the check of citizen numbers; a VAT id is stored compact; a KvK number keeps its zero."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    buyer: Json = {"purchaseOrder": "123456782", "buyerReference": "123456782", "vatId": "NL 1234.56.782.B90"}
    buyer |= {"kvkNumber": "09066027"}
    contact = COMPANY | {"buyer": COMPANY["buyer"] | buyer}
    order = await bought(world, seller, app, offering, contact, externalReference="123456782")
    paper = order["invoice"]["paper"]["buyer"]
    assert {name: paper[name] for name in buyer} == buyer | {"vatId": "NL123456782B90"}
    assert await ubl_of(world, app, order["invoice"], "//cac:OrderReference/cbc:ID") == ["123456782"]
    path = "//cac:AccountingCustomerParty//cbc:CompanyID[@schemeID='0106']"
    assert await ubl_of(world, app, order["invoice"], path) == ["09066027"]
    await papers_are_right(world, seller)


async def test_a_company_without_a_reference_gets_that_of_its_order(world: World) -> None:
    """Blanks count as none; nothing is empty in the file."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    contact = COMPANY | {"buyer": COMPANY["buyer"] | {"buyerReference": "   ", "purchaseOrder": " "}}
    order = await bought(world, seller, app, offering, contact)
    assert await ubl_of(world, app, order["invoice"], "/*/cbc:BuyerReference") == [order["reference"]]
    assert None not in await ubl_of(world, app, order["invoice"], "//*[not(*)]")
    await papers_are_right(world, seller)


@pytest.mark.parametrize(
    ("vat_id", "scheme"),
    [("DE136695976", "9930"), ("BE0123456749", "9925"), (None, None)],
)
async def test_who_abroad_gets_an_electronic_invoice(world: World, vat_id: str | None, scheme: str | None) -> None:
    """A foreign company is reached by its VAT id; without one it gets the PDF alone."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    country = vat_id[:2] if vat_id else "DE"
    address = ADDRESS | {"postcode": "10115" if country == "DE" else "1000", "country": country}
    buyer: Json = {"buyerType": "business", "organisation": "Genossenschaft eG", "postalAddress": address}
    order = await bought(world, seller, app, offering, GUEST | {"buyer": buyer | ({"vatId": vat_id} if vat_id else {})})
    invoice = order["invoice"]
    files = PdfReader(io.BytesIO(await file_of(world, app, invoice))).attachments
    if scheme is None:
        headers = {"Authorization": f"Bearer {app.token}"}
        assert (await world.client.get(f"/v1/invoices/{invoice['id']}/invoice.xml", headers=headers)).status_code == 404
        assert list(files) == []
    else:
        path = f"//cac:AccountingCustomerParty//cbc:EndpointID[@schemeID='{scheme}']"
        assert len(await ubl_of(world, app, invoice, path)) == 1
        assert list(files) == ["factuur.xml"]
    assert invoice["paper"]["language"] == ("en" if country == "DE" else "nl")
    await papers_are_right(world, seller)


async def test_a_private_person_gets_nothing_electronic(world: World) -> None:
    seller, _, app = await selling(world)
    order = await bought(world, seller, app, await world.offering(seller, "50.00"), GUEST)
    assert list(PdfReader(io.BytesIO(await file_of(world, app, order["invoice"]))).attachments) == []


TEXTS = (
    "Bakkerij 🍞 麵包 \ue000",
    "ابدأ ٠ً0\u064b שלום",
    "#strong[x] $x^2$ \\ */ // @ref <a> `raw` _em_ *b* ~ --- 'q' \"q\" &amp; ]]>",
    "e\u0301x\u00a0 ﷽ \U0001f468\U0001f3fd \U000e0041 \ufdd0",
    "W" * 119,
    "1" * 119,
)


@pytest.mark.parametrize("text", TEXTS)
async def test_every_text_that_is_accepted_gives_both_files(world: World, text: str) -> None:
    """The electronic invoice keeps the text; the page draws what no font has as a sign of its own."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00", title=text)
    address = ADDRESS | {"street": text[:80], "town": text[:60]}
    buyer: Json = {
        "organisation": text,
        "postalAddress": address,
        "purchaseOrder": text[:60],
        "buyerReference": text[:60],
    }
    contact = COMPANY | {"name": text, "buyer": COMPANY["buyer"] | buyer}
    order = await world.order(app, offering, contact=contact)
    await world.deliver(seller, order)
    await world.work()
    given = await seller.treasurer(
        "POST", f"/v1/orders/{order['id']}/credits", {"reason": text, "amount": {"amount": "1.21"}}
    )
    assert given["reason"]
    await world.work()
    for one in await invoices_of(app, order):
        assert (await file_of(world, app, one)).startswith(b"%PDF-")
        (name,) = await ubl_of(world, app, one, "//cac:Item/cbc:Name")
        assert name.split() == one["paper"]["lines"][0]["title"].split()
    await papers_are_right(world, seller)


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x02", "\ud800"])
async def test_what_no_file_can_hold_is_refused(world: World, sign: str) -> None:
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    contact = COMPANY | {"name": f"Anne{sign}Bos"}
    body: Json = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": contact}
    headers = {
        "Authorization": f"Bearer {app.token}",
        "Idempotency-Key": f"k-{ord(sign)}",
        "Content-Type": "application/json",
    }
    answer = await world.client.post("/v1/orders", content=json.dumps(body).encode(), headers=headers)
    assert answer.status_code in (400, 422), answer.text


async def test_a_file_tells_no_state_and_the_page_does(world: World) -> None:
    """26.00 paid, then 8.00 credited: bytes and SHA-256 stay; the page says credited 8.00 and owed back 8.00."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "26.00", priceBasis="incl")
    order = await bought(world, seller, app, offering, COMPANY)
    before = await file_of(world, app, order["invoice"])
    await pay(seller, order, "26.00")
    await credit(seller, order, "8.00")
    await world.work()
    assert await file_of(world, app, order["invoice"]) == before
    sql = "select sha256 from document where owner_id = $1 and media_type = 'application/pdf'"
    async with world.books.transaction() as tx:
        assert await tx.value(sql, order["invoice"]["id"]) == hashlib.sha256(before).hexdigest()
    assert not {"betaald", "paid"} & set(text_of(before).lower().split())
    place = order["statusUrl"].removeprefix(world.settings.public_url)
    shown = await world.visitor("GET", place)
    assert (shown["refunded"]["amount"], shown["owedBack"]["amount"], shown["due"]["amount"]) == (
        "8.00",
        "8.00",
        "0.00",
    )
    page = (await world.client.get(place, headers={"Accept": "text/html", "Accept-Language": "nl"})).text
    assert page.count("€ 8,00") >= 2


async def test_a_code_is_there_only_if_something_is_to_be_paid(world: World) -> None:
    """Of 1,210.00 the printed one asks what was due at issue; the credit note and what was paid before ask nothing."""
    zxing = pytest.importorskip("zxingcpp", reason="the reader of QR codes (extra `judges`) is not installed")
    assert zxing
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "1000.00")
    order = await bought(world, seller, app, offering, COMPANY)
    await credit(seller, order, "10.00")
    await world.work()
    invoice, note = await invoices_of(app, order)
    scan = "Betaal"
    texts = [text_of(await file_of(world, app, one)) for one in (invoice, note)]
    assert invoice["rfReference"] in texts[0].replace(" ", "")
    assert note["rfReference"] is None
    assert order["rfReference"] not in texts[1].replace(" ", "")
    assert (scan in texts[0], "NL91 ABNA" in texts[1]) == (True, False)


@needs_judges
async def test_the_rules_find_nothing_in_the_file_of_a_public_body(world: World) -> None:
    seller, _, app = await selling(world)
    order = await bought(world, seller, app, await world.offering(seller, "200.00"), COUNCIL)
    said = findings(await file_of(world, app, order["invoice"], "xml"))
    assert [text for text in said if "(warning)" not in text] == []

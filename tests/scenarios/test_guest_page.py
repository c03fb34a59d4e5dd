"""The status link of a guest's order: JSON for apps, a page for people, and the QR code of the payment."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx
import pytest

from tests.scenarios.money import credit, pay, step
from tests.test_epc import dark_modules
from tests.test_epc import picture as drawn
from tests.world import GUEST, Caller, Json, Seller, World

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


async def page(world: World, order: Json, language: str = "nl", query: str = "", **headers: str) -> httpx.Response:
    asked = {"Accept": BROWSER, "Accept-Language": language} | headers
    return await world.client.get(order["statusUrl"] + query, headers=asked)


class Text(HTMLParser):
    """The words of a page as a reader sees them, its tags, and the names of its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self._silent = False
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._silent = tag == "style"
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.words += [] if self._silent else data.split()

    def __str__(self) -> str:
        return " ".join(self.words)


async def shown(world: World, order: Json, language: str = "nl") -> str:
    return str(Text((await page(world, order, language)).text))


async def told(world: World, order: Json, language: str = "nl") -> Json:
    answer = await world.client.get(order["statusUrl"], headers={"Accept-Language": language})
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


def money(found: Json) -> tuple[str, ...]:
    return tuple(found[name]["amount"] for name in ("gross", "paid", "refunded", "due", "owedBack"))


async def stood(world: World, price: str = "200.00") -> tuple[Seller, Caller, Json]:
    """A guest's order, placed by an app, of a seller with a bank account."""
    seller, app = await world.cooperative(), await world.app()
    await seller.pays_to()
    return seller, app, await world.order(app, await world.offering(seller, price))


async def test_a_guest_follows_the_order_from_the_first_day_to_the_last_cent(world: World) -> None:
    """242.00: placed, accepted, delivered, paid in two parts, completed; then 42.00 is credited."""
    seller, app, order = await stood(world)
    reference = order["rfReference"]
    assert order["statusUrl"].startswith("http://test/v1/order-status/")

    words = await shown(world, order)
    assert "Uw bestelling is geplaatst" in words
    assert "U kunt wachten met betalen." in words
    found = await told(world, order)
    assert (found["state"], found["payment"], found["dueOn"]) == ("placed", "unpaid", None)

    await step(seller.member, order, "accept")
    words = await shown(world, order)
    assert "Uw bestelling is geaccepteerd" in words
    assert "De laatste dag om te betalen staat hier na de levering." in words

    await step(seller.member, order, "deliver")
    found = await told(world, order)
    assert money(found) == ("242.00", "0.00", "0.00", "242.00", "0.00")
    due = f"{found['dueOn']}"
    token = order["statusUrl"].rpartition("/")[2]
    text = found["howToPay"].pop("text")
    assert found["howToPay"] == {
        "iban": "NL91ABNA0417164300",
        "name": "De Vrije Uitloop",
        "reference": reference,
        "amount": {"amount": "242.00", "currency": "EUR"},
        "dueOn": due,
        "invoiceNumber": None,
        "qr": f"http://test/v1/order-status/{token}/qr.svg",
    }
    assert text.startswith("Maak € 242,00 over naar NL91 ABNA 0417 1643 00 op naam van De Vrije Uitloop, en zet ")
    assert f"{reference} erbij. Doe dit uiterlijk op " in text
    assert (await told(world, order, "en"))["howToPay"]["text"].startswith("Transfer €242.00 to NL91 ABNA 0417 1643 00")
    words = await shown(world, order)
    assert "Uw bestelling is geleverd" in words
    assert f"U moet nog € 242,00 betalen. Betaal uiterlijk op {int(due[8:])} " in words
    assert "Bedrag € 242,00 IBAN NL91 ABNA 0417 1643 00 Op naam van De Vrije Uitloop Kenmerk " + reference in words

    await pay(seller, order, "100.00")
    found = await told(world, order)
    assert (found["payment"], *money(found)) == ("partly_paid", "242.00", "100.00", "0.00", "142.00", "0.00")
    assert found["howToPay"]["amount"]["amount"] == "142.00"
    assert "U moet nog € 142,00 betalen." in await shown(world, order)

    await pay(seller, order, "142.00")
    await step(app, order, "complete")
    found = await told(world, order)
    assert (found["state"], found["payment"], found["howToPay"]) == ("completed", "paid", None)
    words = await shown(world, order)
    assert "Uw bestelling is klaar" in words
    assert "U hoeft niets meer te betalen." in words

    await credit(seller, order, "42.00")
    found = await told(world, order)
    assert (found["payment"], *money(found)) == ("partly_refunded", "242.00", "242.00", "42.00", "0.00", "42.00")
    words = await shown(world, order)
    assert "€ 42,00 terug van" in words
    assert "Van de prijs af (gecrediteerd) € 42,00" in words
    assert "U krijgt terug € 42,00" in words


async def test_what_is_called_off_is_not_to_be_paid_and_what_was_paid_comes_back(world: World) -> None:
    seller, app, order = await stood(world)
    refused = await world.order(app, await world.offering(seller))
    await pay(seller, order, "50.00")
    await step(app, order, "cancel")
    words = await shown(world, order)
    assert "Uw bestelling is geannuleerd" in words
    assert "U hoeft niets meer te betalen. U krijgt € 50,00 terug van" in words
    await step(seller.member, refused, "refuse")
    words = await shown(world, refused)
    assert "Uw bestelling gaat niet door" in words
    assert "U hoeft niets te betalen." in words
    for one in (order, refused):
        assert (await told(world, one))["howToPay"] is None
        assert "svg" not in Text((await page(world, one)).text).tags


async def test_the_old_fields_for_apps_are_as_they_were(world: World) -> None:
    _, _, order = await stood(world)
    found = await told(world, order)
    names = ("reference", "rfReference", "state", "gross", "paid", "placedAt", "neededAt")
    assert {name: found[name] for name in names} == {name: order[name] for name in names}
    assert (found["title"], found["cooperative"]) == ("Tuinonderhoud", (await seller_of(world, order))["name"])


async def seller_of(world: World, order: Json) -> Json:
    found: Json = await world.visitor("GET", f"/v1/cooperatives/{order['cooperativeId']}")
    return found


@pytest.mark.parametrize(
    ("accept", "shows"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("text/html;q=0.9, application/json;q=0.8", "text/html; charset=utf-8"),
        ("text/html;q=0.8, application/json", "application/json"),
        ("application/json, text/html", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "application/json"),
        ("", "application/json"),
    ],
)
async def test_the_caller_chooses_between_the_page_and_json(world: World, accept: str, shows: str) -> None:
    _, _, order = await stood(world)
    for token in (order["statusUrl"], order["statusUrl"][:-1] + "!"):
        answer = await world.client.get(token, headers={"Accept": accept})
        expected = shows if answer.status_code == 200 or "html" in shows else "application/problem+json"
        assert answer.headers["content-type"] == expected
        assert answer.headers["vary"] == "Accept, Accept-Language"
        assert answer.headers["content-language"] == "nl"
    head = await world.client.head(order["statusUrl"], headers={"Accept": accept})
    assert (head.status_code, head.headers["content-type"], head.content) == (200, shows, b"")


async def test_the_page_runs_nothing_and_is_kept_and_found_by_nobody(world: World) -> None:
    _, _, order = await stood(world)
    for answer, status in (
        (await page(world, order), 200),
        (await page(world, {"statusUrl": order["statusUrl"][:-1] + "!"}), 404),
    ):
        style = answer.text.partition("<style>")[2].partition("</style>")[0]
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == (
            f"default-src 'none'; style-src 'sha256-{hashed}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        headers = [answer.headers[name] for name in ("referrer-policy", "cache-control", "x-robots-tag")]
        assert headers == ["no-referrer", "no-store", "noindex"]
        read = Text(answer.text)
        assert not {"script", "img", "link", "form", "iframe", "base"} & set(read.tags)
        assert not {name for name in read.attributes if name == "style" or name.startswith("on")}
        assert (read.tags.count("h1"), read.tags.count("main"), read.attributes["lang"][0]) == (1, 1, "nl")


async def test_the_page_speaks_the_language_of_the_link_or_of_the_browser(world: World) -> None:
    _, _, order = await stood(world)
    for language, query, spoken, other in (
        ("nl", "", "nl", "en"),
        ("en-GB, nl;q=0.5", "", "en", "nl"),
        ("fr", "", "nl", "en"),
        ("nl", "?language=en", "en", "nl"),
        ("en", "?language=nl", "nl", "en"),
        ("en", "?language=", "en", "nl"),
    ):
        answer = await page(world, order, language, query)
        read = Text(answer.text)
        assert read.attributes["lang"] == [spoken, other], (language, query)
        assert f"?language={other}" in read.attributes["href"]
        assert answer.headers["content-language"] == spoken
        assert ("You still have to pay €242.00." in str(read)) == (spoken == "en")
    unknown = {"statusUrl": order["statusUrl"][:-1] + "!"}
    assert "This link is not known" in await shown(world, unknown, "en")
    assert "Deze link is niet bekend" in await shown(world, unknown)


async def test_what_people_typed_is_text_on_the_page(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    await seller.pays_to(name="Bakkerij & <b>Zoon</b>")
    order = await world.order(app, await world.offering(seller, title='<script>alert("x")</script>'))
    answer = await page(world, order)
    assert "script" not in Text(answer.text).tags
    assert "b" not in Text(answer.text).tags
    assert '<script>alert("x")</script>' in str(Text(answer.text))
    assert "Op naam van Bakkerij & <b>Zoon</b>" in str(Text(answer.text))


async def test_the_page_tells_nobody_who_ordered_who_made_it_and_what_is_inside_the_price(world: World) -> None:
    """A coat of 31.85 that was bought for 7.10: its margin and its VAT are on no page."""
    seller, app = await world.cooperative(), await world.app()
    await seller.pays_to()
    more: Json = {"kind": "goods", "vatClass": "margin", "purchasePrice": {"amount": "7.10"}, "stock": 1}
    contact = GUEST | {"phone": "06 12345678"}
    order = await world.order(app, await world.offering(seller, "31.85", **more), contact=contact, note="bel achter")
    await world.deliver(seller, order)
    for text in ((await page(world, order)).text, (await page(world, order, "en")).text, str(await told(world, order))):
        assert "31" in text
        for secret in (
            "7.10",
            "7,10",
            "4.30",
            "4,30",
            "27.55",
            "27,55",
            "Jo de Wit",
            "jo@example.org",
            "345678",
            "achter",
        ):
            assert secret not in text, secret
        assert "Noor" not in text


async def test_without_a_bank_account_the_guest_asks_the_seller(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    found = await told(world, order)
    assert (found["due"]["amount"], found["howToPay"]) == ("242.00", None)
    answer = await page(world, order)
    assert "hoe u kunt betalen." in str(Text(answer.text))
    assert "svg" not in Text(answer.text).tags
    assert (await world.client.get(f"{order['statusUrl']}/qr.svg")).status_code == 404


async def test_the_code_asks_what_is_due_now(world: World) -> None:
    """Read back by a reader of codes, from the picture and from the page; where nothing is due there is none."""
    zxing = pytest.importorskip("zxingcpp")
    seller, _, order = await stood(world, "1000.00")
    for paid, due in (("0.00", "1210.00"), ("10.50", "1199.50")):
        if paid != "0.00":
            await pay(seller, order, paid)
        place = (await told(world, order))["howToPay"]["qr"]
        picture = await world.client.get(place)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert picture.headers["x-robots-tag"] == "noindex"
        assert picture.text in (await page(world, order)).text
        (read,) = zxing.read_barcodes(drawn(dark_modules(picture.text)))
        lines = read.text.split("\n")
        assert lines[:7] == ["BCD", "002", "1", "SCT", "", "De Vrije Uitloop", "NL91ABNA0417164300"]
        assert (float(lines[7].removeprefix("EUR")), lines[9]) == (float(due), order["rfReference"])
    await pay(seller, order, "1199.50")
    assert (await world.client.get(place)).status_code == 404
    assert (await world.client.get(place.replace("/qr", "!/qr"))).status_code == 404


async def test_a_wrong_form_and_a_wrong_method_are_refused_as_everywhere(world: World) -> None:
    _, _, order = await stood(world)
    assert (await page(world, {"statusUrl": f"/v1/order-status/{'x' * 101}"})).status_code == 400
    assert (await page(world, order, query="?colour=red")).status_code == 400
    posted = await world.client.post(order["statusUrl"], headers={"Accept": BROWSER})
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")
    assert re.fullmatch("application/problem.json", posted.headers["content-type"])

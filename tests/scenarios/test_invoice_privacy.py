"""Privacy of invoices: a customer takes them along; after an erasure the staff keeps them, for seven years (AWR 52)."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.keys import people_issuer
from app.running.run import SystemRun
from app.usecases.platform.privacy import forget_old
from tests.scenarios.money import pay
from tests.scenarios.papers import ADDRESS, invoices_of
from tests.scenarios.test_erasure import found
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World

KEPT = {("invoice", "buyer_name"), ("invoice", "paper"), ("order", "contact")}


class Buyer:
    """A customer, whose name contains a unique word, who orders for themselves and for their company."""

    def __init__(self, world: World) -> None:
        self.word = f"kanarie{uuid4().hex[:10]}"
        self.world, self.me = world, world.person(f"p-{self.word}")
        self.person: Json = {"name": f"Jo {self.word}", "email": f"{self.word}@example.org"}
        self.person["buyer"] = {"postalAddress": ADDRESS}
        business = {"buyerType": "business", "organisation": f"Bos {self.word}", "kvkNumber": "17272828"}
        self.company = self.person | {
            "buyer": business | {"postalAddress": ADDRESS, "purchaseOrder": f"PO {self.word}"}
        }

    async def bought(self, seller: Seller, net: str, contact: Json, who: Caller | None = None) -> tuple[Json, Json]:
        """An order that is done and paid, and its invoice."""
        order = await self.world.order(who or self.me, await self.world.offering(seller, net), contact=contact)
        await self.world.deliver(seller, order)
        await self.world.work()
        await (who or self.me)("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        (invoice,) = await invoices_of(seller.treasurer, order)
        await pay(seller, order, invoice["gross"]["amount"])
        return order, invoice


async def selling(world: World) -> Seller:
    seller = await world.cooperative()
    await seller.can_invoice()
    return seller


async def file(who: Caller, invoice: Json, kind: str = "pdf") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {who.token}"}
    answer = await who.client.get(f"/v1/invoices/{invoice['id']}/invoice.{kind}", headers=headers)
    return answer.status_code, answer.content


async def documents(world: World, invoice: Json) -> int:
    async with world.books.transaction() as tx:
        return int(await tx.value("select count(*) from document where owner_id = $1", UUID(invoice["id"])))


async def test_a_customer_takes_their_invoices_along(world: World) -> None:
    """Theirs, and nobody else's."""
    seller, bird, other = await selling(world), Buyer(world), Buyer(world)
    _, invoice = await bird.bought(seller, "200.00", bird.company)
    await other.bought(seller, "200.00", other.company)
    mine = await bird.me("GET", "/v1/me/export")
    assert [row["number"] for row in mine["invoices"]] == [invoice["number"]]
    assert mine["invoices"][0]["paper"]["buyer"]["name"] == invoice["paper"]["buyer"]["name"]
    assert other.word not in json.dumps(mine)
    assert (await seller.treasurer("GET", "/v1/me/export"))["invoices"] == []


async def test_the_staff_keeps_the_invoice_of_somebody_who_was_erased(world: World) -> None:
    """With both files, as they were; neither the person nor a new one of that login reads it any more."""
    seller, bird = await selling(world), Buyer(world)
    order, invoice = await bird.bought(seller, "200.00", bird.company)
    _, small = await bird.bought(seller, "20.00", bird.person)
    assert (invoice["kind"], small["kind"]) == ("standard", "simplified")
    files = [await file(bird.me, invoice, kind) for kind in ("pdf", "xml")]
    assert [status for status, _ in files] == [200, 200]
    await bird.me("DELETE", "/v1/me", status=204)
    assert [await file(seller.treasurer, invoice, kind) for kind in ("pdf", "xml")] == files
    assert (await seller.treasurer("GET", f"/v1/invoices/{invoice['id']}"))["digest"] == invoice["digest"]
    for one in (invoice, small):
        await bird.me("GET", f"/v1/invoices/{one['id']}", status=404)
        assert (await file(bird.me, one))[0] == 404
        await bird.me("GET", f"/v1/invoices/{one['id']}/sendings", status=404)
    await bird.me("GET", f"/v1/orders/{order['id']}/invoices", status=404)
    assert (await bird.me("GET", "/v1/invoices"))["items"] == []
    # A simplified invoice names nobody, so that the list of invoices does not either.
    by_name = (await seller.treasurer("GET", f"/v1/invoices?buyer={bird.word}"))["items"]
    assert [row["id"] for row in by_name] == [invoice["id"]]
    places = await found(world, bird.word)
    assert places == {*KEPT, ("invoice", "purchase_order")}
    await books_are_right(world)


async def test_the_app_reads_no_invoice_of_a_person_who_was_erased(world: World) -> None:
    """Neither alone nor below the order, which it still reads; before that it does both."""
    seller, bird, app = await selling(world), Buyer(world), await world.app()
    token = world.keys.token(
        issuer=people_issuer(world.settings),
        audience="samen",
        subject=bird.me.login,
        client_id=app.login,
        scopes=frozenset({"orders:read", "orders:write"}),
    )
    through = Caller(world.client, token, bird.me.login)
    order, invoice = await bird.bought(seller, "200.00", bird.company, through)
    assert [row["id"] for row in await invoices_of(app, order)] == [invoice["id"]]
    assert (await file(app, invoice))[0] == 200
    await bird.me("DELETE", "/v1/me", status=204)
    assert await invoices_of(app, order) == []
    await app("GET", f"/v1/invoices/{invoice['id']}", status=404)
    assert (await file(app, invoice))[0] == 404
    assert (await app("GET", "/v1/invoices"))["items"] == []
    assert [row["id"] for row in await invoices_of(seller.treasurer, order)] == [invoice["id"]]


async def test_a_stored_answer_about_an_invoice_is_emptied(world: World) -> None:
    """Of asking for one, and of sending it."""
    seller, bird = await selling(world), Buyer(world)
    order, invoice = await bird.bought(seller, "200.00", bird.company)
    asked = [
        (f"/v1/orders/{order['id']}/invoices", {}, uuid4().hex),
        (f"/v1/invoices/{invoice['id']}/sendings", {"channel": "by_hand"}, uuid4().hex),
    ]
    for path, body, key in asked:
        await seller.treasurer("POST", path, body, key=key)
    await bird.me("DELETE", "/v1/me", status=204)
    for path, body, key in asked:
        assert (await seller.treasurer("POST", path, body, key=key, status=410))["code"] == "forgotten"


async def test_after_seven_years_an_invoice_has_no_buyer(world: World) -> None:
    """The customer is erased or not; its amounts and its number stay, its files are deleted and not made anew."""
    seller, bird, stays = await selling(world), Buyer(world), Buyer(world)
    bought = [await one.bought(seller, "200.00", one.company) for one in (bird, stays)]
    await bird.me("DELETE", "/v1/me", status=204)
    for years, left in ((7, 2), (8, 0)):

        def later(years: int = years) -> datetime:
            return world.clock() + timedelta(days=366 * years)

        await SystemRun(world.worker_database, now=later)(forget_old)
        assert [await documents(world, invoice) for _, invoice in bought] == [left, left]
    for _, invoice in bought:
        seen = await seller.treasurer("GET", f"/v1/invoices/{invoice['id']}")
        assert (seen["paper"]["buyer"], seen["paper"]["reason"]) == (None, "")
        for name in ("number", "gross", "digest", "issuedOn", "kind", "orderIds"):
            assert seen[name] == invoice[name], name
        await stays.me("GET", f"/v1/invoices/{invoice['id']}", status=404)
        with world.clock.at(f"{world.clock().year + 8}-06-01"):
            assert (await file(seller.treasurer, invoice))[0] == 404
        assert await documents(world, invoice) == 0
    async with world.books.transaction() as tx:
        sql = "select buyer_name, kvk_number, purchase_order, customer_person_id, version from invoice where id = $1"
        rows = [dict(await tx.only(sql, UUID(invoice["id"]))) for _, invoice in bought]
    assert {(row["buyer_name"], row["kvk_number"], row["purchase_order"]) for row in rows} == {("–", None, None)}
    assert {row["customer_person_id"] for row in rows} == {None}
    # The next sweep has nothing to do.
    await SystemRun(world.worker_database, now=later)(forget_old)
    async with world.books.transaction() as tx:
        assert [await tx.value("select version from invoice where id = $1", UUID(i["id"])) for _, i in bought] == [
            row["version"] for row in rows
        ]
    # Who was not erased still logs in.
    login = {("person", "subject"), ("person", "name"), ("idempotency", "caller"), ("idempotency", "outcome")}
    assert await found(world, stays.word) <= login
    assert await found(world, bird.word) == set()
    await books_are_right(world)

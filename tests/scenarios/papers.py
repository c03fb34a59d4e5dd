"""What scenarios of invoices share: buyers, and how invoices are read."""

from tests.world import Caller, Json, Seller, World

ADDRESS: Json = {"street": "Spoorlaan 9", "postcode": "5038 CB", "town": "Tilburg"}
COMPANY: Json = {
    "name": "Anne Bos",
    "email": "anne@example.org",
    "buyer": {
        "buyerType": "business",
        "organisation": "Bos Bouw B.V.",
        "kvkNumber": "17272828",
        "postalAddress": ADDRESS,
    },
}
COUNCIL: Json = {
    "name": "Ria Smit",
    "email": "ria@example.org",
    "buyer": {
        "buyerType": "public",
        "organisation": "Gemeente Breda",
        "oin": "00000001001299757000",
        "postalAddress": ADDRESS,
        "buyerReference": "KP-4411",
    },
}


async def selling(world: World) -> tuple[Seller, str, Caller]:
    """A cooperative that can invoice, the prefix of its numbers, and an app that orders for guests."""
    seller = await world.cooperative()
    return seller, await seller.can_invoice(), await world.app()


async def invoices_of(caller: Caller, order: Json) -> list[Json]:
    """The invoices and credit notes of an order, oldest first."""
    found: list[Json] = await caller("GET", f"/v1/orders/{order['id']}/invoices")
    return found


def sums(invoice: Json) -> tuple[str, str, str]:
    """Net, VAT and gross."""
    paper = invoice["paper"]
    return paper["net"]["amount"], paper["vat"]["amount"], paper["gross"]["amount"]

"""What tests do with bills."""

from typing import Any

from tests.world import Caller, Json, Seller


def euro(amount: str) -> Json:
    return {"amount": amount}


def line(net: str, vat: str | None, rate: str = "21", category: str = "materials", **more: Any) -> Json:
    """A line of a bill."""
    stated = {"vat": euro(vat)} if vat else {}
    return {"title": "Hout", "net": euro(net), "rate": rate, "category": category} | stated | more


async def supplier(seller: Seller, name: str = "De Schuur") -> str:
    """The id of a new supplier."""
    return str((await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/suppliers", {"name": name}))["id"])


async def enter(
    seller: Seller,
    supplier_id: str,
    *lines: Json,
    number: str = "2026-7",
    who: Caller | None = None,
    status: int | None = None,
    **more: Any,
) -> Json:
    """A bill that the treasurer entered, dated today."""
    me = who or seller.treasurer
    body: Json = {"creditor": {"kind": "supplier", "id": supplier_id}, "number": number, "lines": list(lines)}
    found: Json = await me("POST", f"/v1/cooperatives/{seller.id}/bills", body | more, status=status)
    return found


async def step(who: Caller, bill: Json, verb: str, reason: str = "", status: int | None = None) -> Json:
    """A step with a bill."""
    body = {"verb": verb, "reason": reason}
    moved: Json = await who("POST", f"/v1/bills/{bill['id']}/transitions", body, status=status)
    return moved


async def booked(seller: Seller, bill: Json) -> dict[str, str]:
    """What the newest journal of a bill moved: amount by account."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={bill['id']}")
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    boxes = {one["id"]: one["party"] for one in accounts if one["kind"] == "vat"}
    entries = found["items"][0]["entries"]
    return {boxes.get(one["accountId"], one["accountKind"]): one["amount"]["amount"] for one in entries}


PDF = b"%PDF-1.7 een rekening"


async def upload(
    who: Caller, place: str, content: bytes = PDF, name: str = "rekening.pdf", *, status: int = 201
) -> Json:
    """Adds a file to a bill, a claim or a purchase."""
    headers = {"Accept-Language": "en", "Authorization": f"Bearer {who.token}", "Content-Type": "application/pdf"}
    answer = await who.client.post(f"{place}/documents", params={"name": name}, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found

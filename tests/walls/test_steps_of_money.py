"""Listed steps agree with the steps themselves: what moves money, and who confirms it."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from app.domain.books.bank_statements import BANK_STATEMENT
from app.domain.books.bills import BILL
from app.domain.books.payee_accounts import PAYEE_ACCOUNT
from app.domain.books.payment_batches import BATCH, ITEM
from app.domain.people.bank_accounts import BANK_ACCOUNT
from app.domain.selling.payments import RECEIPT
from app.domain.selling.write_offs import WRITE_OFF
from tests.scenarios.bank import came, matched
from tests.scenarios.bills import enter, line, step
from tests.scenarios.statements import move, statement, type_in
from tests.scenarios.test_payment_batches import account
from tests.scenarios.test_payouts import claim, owed
from tests.scenarios.test_second_person import umbrella_of
from tests.walls.test_steps import EURO, WHY, staff
from tests.walls.walk import Built, Walk, ask, offices, walk_through
from tests.world import IBAN, OTHER_IBAN, Caller, Json, Seller, World

MOST_STATEMENTS = 100
"""More than the walk types, each of a day of its own."""


async def sold(world: World, seller: Seller, buyer: Caller) -> tuple[Caller, Built]:
    """A delivered order, and its maker."""
    maker, member_id = await world.member(seller)
    theirs = replace(seller, member=maker, member_id=member_id)
    order = await world.order(buyer, await world.offering(theirs, "10.00"))
    await world.deliver(theirs, order)
    return maker, Built(f"/v1/orders/{order['id']}", maker)


async def deciders(world: World, seller: Seller) -> dict[str, Caller | None]:
    """The readers of everything, another treasurer, the outside approver, a customer, and a treasurer who buys."""
    (customer, _), (buyer, _) = await world.known(), await world.known()
    return {
        **await staff(world, seller),
        "second": await world.officer("treasurer", cooperativeId=seller.id),
        "approver": await world.approver(seller.id),
        "customer": customer,
        "buying treasurer": await offices(world, buyer, treasurer=seller.id),
        "member": None,
        "both": None,
    }


async def test_cash_from_the_door(world: World) -> None:
    seller = await world.cooperative()
    roles = await deciders(world, seller)

    def at(verb: str = "", *, by: str = "customer", undone: bool = False) -> Any:
        async def build() -> Built:
            buyer = roles[by]
            assert buyer is not None
            maker, order = await sold(world, seller, buyer)
            cash = await maker("POST", f"{order.path}/cash-receipts", {"amount": EURO})
            built = Built(f"/v1/payments/{cash['id']}", maker, {"payments": f"{order.path}/payments"})
            if verb:
                why = WHY if verb == "reject" else {}
                await seller.treasurer("POST", f"{built.path}/transitions", {"verb": verb} | why)
            if undone:
                booked = await world.journal(seller, cash["id"])
                await seller.treasurer("POST", f"/v1/journals/{booked['id']}/reversals", WHY)
            return built

        return build

    async def look(who: Caller, built: Built) -> Json | None:
        status, found = await ask(who, "GET", built.facts["payments"])
        return next(row for row in found if built.path.endswith(row["id"])) if status == 200 else None

    walk = Walk(
        noun="payments",
        process=RECEIPT,
        states={
            "to_confirm": at(),
            "to_confirm: of a treasurer who bought": at(by="buying treasurer"),
            "recorded": at("confirm"),
            "recorded: and undone": at("confirm", undone=True),
            "rejected": at("reject"),
        },
        roles=roles,
        inputs=WHY,
        look=look,
    )
    assert await walk_through(world, seller, walk) == 5 * 11 * 2


async def test_write_offs(world: World) -> None:
    seller = await world.cooperative()
    umbrella = await umbrella_of(world, seller)
    roles = await deciders(world, seller) | {"umbrella": umbrella.treasurer, "umbrella's member": umbrella.member}
    proposer = roles["second"]
    assert proposer is not None

    def at(verb: str = "", *, by: str = "customer", undone: bool = False, paid: bool = False) -> Any:
        async def build() -> Built:
            buyer = roles[by]
            assert buyer is not None
            maker, order = await sold(world, seller, buyer)
            lost = await proposer("POST", f"{order.path}/write-offs", WHY | {"amount": EURO})
            built = Built(f"/v1/write-offs/{lost['id']}", maker)
            if paid:
                await seller.treasurer("POST", f"{order.path}/payments", {"amount": {"amount": "12.00"}})
            if verb:
                await seller.treasurer("POST", f"{built.path}/transitions", {"verb": verb})
            if undone:
                booked = await world.journal(seller, lost["id"])
                for who in (seller.treasurer, seller.coordinator):
                    await who("POST", f"/v1/journals/{booked['id']}/reversals", WHY)
            return built

        return build

    walk = Walk(
        noun="write-offs",
        process=WRITE_OFF,
        states={
            "proposed": at(),
            "proposed: of a treasurer who bought": at(by="buying treasurer"),
            "proposed: and nearly all was paid": at(paid=True),
            "confirmed": at("confirm"),
            "withdrawn": at("withdraw"),
            "reversed": at("confirm", undone=True),
        },
        roles=roles,
    )
    assert await walk_through(world, seller, walk) == 6 * 13 * 2


async def test_bank_accounts(world: World) -> None:
    seller = await world.cooperative()
    umbrella = await umbrella_of(world, seller)
    roles = await deciders(world, seller) | {"umbrella": umbrella.treasurer, "umbrella's member": umbrella.member}
    proposer = roles["second"]
    assert proposer is not None

    def at(*verbs: str) -> Any:
        async def build() -> Built:
            member, _ = await world.member(seller)
            place = f"/v1/cooperatives/{seller.id}/bank-accounts"
            proposed = await proposer("POST", place, {"iban": IBAN, "name": "Wij"})
            built = Built(f"/v1/bank-accounts/{proposed['id']}", member)
            for verb in verbs:
                if verb == "replace":
                    await seller.pays_to(OTHER_IBAN)
                else:
                    await seller.treasurer("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    walk = Walk(
        noun="bank-accounts",
        process=BANK_ACCOUNT,
        states={
            "proposed": at(),
            "confirmed": at("confirm"),
            "withdrawn": at("withdraw"),
            "replaced": at("confirm", "replace"),
            "closed": at("confirm", "replace", "close"),
        },
        roles=roles,
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 5 * 13 * 3


async def test_accounts_of_members_and_of_others_who_are_paid(world: World) -> None:
    """That of a member is theirs to set, that of a municipality the treasurer's."""
    seller = await world.cooperative()
    umbrella = await umbrella_of(world, seller)
    roles = await deciders(world, seller) | {"umbrella": umbrella.treasurer, "umbrella's member": umbrella.member}
    treasurer = roles["second"]
    assert treasurer is not None

    def at(kind: str, *verbs: str) -> Any:
        async def build() -> Built:
            member, member_id = await world.member(seller)
            setter = member if kind == "member" else treasurer
            paid = {"kind": kind, "id": member_id if kind == "member" else await world.municipality()}
            place, built = f"/v1/cooperatives/{seller.id}/payee-accounts", Built("", member)
            for verb in ("propose", *verbs):
                if verb in ("propose", "replace"):
                    body = {"creditor": paid, "iban": IBAN, "name": "Noor"}
                    proposed = await setter("POST", place, body)
                    built.path = built.path or f"/v1/payee-accounts/{proposed['id']}"
                if verb == "replace":
                    confirm = f"/v1/payee-accounts/{proposed['id']}/transitions"
                    await seller.treasurer("POST", confirm, {"verb": "confirm"})
                elif verb != "propose":
                    who = setter if verb == "withdraw" else seller.treasurer
                    await who("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    for kind in ("member", "municipality"):
        walk = Walk(
            noun="payee-accounts",
            process=PAYEE_ACCOUNT,
            states={
                "proposed": at(kind),
                "confirmed": at(kind, "confirm"),
                "withdrawn": at(kind, "withdraw"),
                "replaced": at(kind, "confirm", "replace"),
            },
            roles=roles,
        )
        assert await walk_through(world, seller, walk) == 4 * 13 * 2


async def test_bills(world: World) -> None:
    seller = await world.cooperative()
    umbrella = await umbrella_of(world, seller)
    roles = await deciders(world, seller) | {"umbrella": umbrella.treasurer}
    roles["both"] = roles.pop("both")
    await world.lower_floor(seller)
    today, numbers = f"{world.clock():%Y-%m-%d}", count(1)

    def at(*verbs: str) -> Any:
        async def build() -> Built:
            member, member_id = await world.member(seller)
            wood, number = line("10.00", "2.10"), f"W{next(numbers)}"
            sender = {"kind": "member", "id": member_id}
            bill = await enter(seller, "", wood, number=number, billedOn=today, creditor=sender)
            for verb in verbs:
                await step(seller.coordinator, bill, verb, "x")
            return Built(f"/v1/bills/{bill['id']}", member)

        return build

    walk = Walk(
        noun="bills",
        process=BILL,
        states={
            "received": at(),
            "disputed": at("dispute"),
            "approved": at("approve"),
            "rejected": at("reject"),
        },
        roles=roles,
        inputs=WHY,
    )
    assert await walk_through(world, seller, walk) == 4 * 12 * 3


async def test_batches_of_payments(world: World) -> None:
    """The treasurer makes them, so that another one is the second person; nobody is who is paid."""
    seller = await world.cooperative()
    await seller.pays_to()
    supplier = await owed_to_supplier(world, seller)
    roles = await deciders(world, seller)
    roles |= {"umbrella": (await umbrella_of(world, seller)).treasurer}
    made: list[str] = []

    def at(*verbs: str, items: bool = False) -> Any:
        async def build() -> Built:
            place = await batch(seller, supplier, made, *verbs)
            return Built(place)

        return build

    walk = Walk(
        noun="payment_batches",
        process=BATCH,
        states={
            "draft": at(),
            "approved": at("approve"),
            "sent": at("approve", "send"),
            "withdrawn": at("withdraw"),
        },
        roles={name: role for name, role in roles.items() if role is not None},
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 4 * len(walk.roles) * 3


async def test_payments_of_a_batch(world: World) -> None:
    """The bank refuses one that is on its way; a line of a statement says what became of the others."""
    seller = await world.cooperative()
    await seller.pays_to()
    await came(world, seller, ("0.01", "begin"))
    supplier = await owed_to_supplier(world, seller)
    roles = await deciders(world, seller)
    roles |= {"umbrella": (await umbrella_of(world, seller)).treasurer}
    made: list[str] = []

    def at(*verbs: str, bank: tuple[str, ...] = (), refuse: bool = False) -> Any:
        async def build() -> Built:
            place = await batch(seller, supplier, made, *verbs)
            (item,) = (await seller.treasurer("GET", f"{place}/payment-items"))["items"]
            known: Json = {"end_to_end_id": item["id"].replace("-", "")}
            for sign in bank:
                back: Json = {} if sign else {"is_return": True, "return_reason": "AC04"}
                line_ids = await came(world, seller, (f"{sign}{EURO['amount']}", ""), **known, **back)
                await matched(world, seller, *line_ids)
            refused = f"/v1/payment-items/{item['id']}/transitions"
            if refuse:
                await seller.treasurer("POST", refused, {"verb": "refuse"})
            return Built(f"/v1/payment-items/{item['id']}", facts={"items": f"{place}/payment-items"})

        return build

    async def look(who: Caller, built: Built) -> Json | None:
        status, found = await ask(who, "GET", built.facts["items"])
        return next(one for one in found["items"] if built.path.endswith(one["id"])) if status == 200 else None

    walk = Walk(
        noun="payment_items",
        process=ITEM,
        states={
            "open": at("approve"),
            "sent": at("approve", "send"),
            "paid": at("approve", "send", bank=("-",)),
            "returned": at("approve", "send", bank=("-", "")),
            "refused": at("approve", "send", refuse=True),
            "left": at("withdraw"),
        },
        roles={name: role for name, role in roles.items() if role is not None},
        look=look,
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 6 * len(walk.roles)


async def test_bank_statements(world: World) -> None:
    """Typed by a treasurer, so that another one is the second person."""
    seller = await world.cooperative()
    await seller.pays_to()
    umbrella = await umbrella_of(world, seller)
    roles = await deciders(world, seller) | {"umbrella": umbrella.treasurer, "umbrella's member": umbrella.member}
    typist = roles["second"]
    assert typist is not None
    days = count()
    first = world.clock.today - timedelta(days=MOST_STATEMENTS)

    def at(*verbs: str) -> Any:
        async def build() -> Built:
            """Each joins on the one before; the ones that were left are withdrawn."""
            member, _ = await world.member(seller)
            open_ones = f"/v1/cooperatives/{seller.id}/bank-statements?state=proposed&limit=100"
            for earlier in (await typist("GET", open_ones))["items"]:
                await move(typist, earlier, "withdraw")
            day = f"{first + timedelta(days=next(days)):%Y-%m-%d}"
            typed = await type_in(seller, statement(day, day, "0.00"), by=typist)
            for verb in verbs:
                await move(seller.treasurer, typed, verb)
            return Built(f"/v1/bank-statements/{typed['id']}", member)

        return build

    walk = Walk(
        noun="bank-statements",
        process=BANK_STATEMENT,
        states={"proposed": at(), "confirmed": at("confirm"), "withdrawn": at("withdraw")},
        roles=roles,
        alone=True,
    )
    assert await walk_through(world, seller, walk) == 3 * 13 * 2


async def batch(seller: Seller, supplier: Json, made: list[str], *verbs: str) -> str:
    """Where a new batch of one payment is, after these steps. The one before it in `made` is withdrawn, if possible."""
    for earlier in made:
        found = await seller.treasurer("GET", earlier)
        if any(step["verb"] == "withdraw" and step["allowed"] for step in found["availableTransitions"]):
            await seller.treasurer("POST", f"{earlier}/transitions", {"verb": "withdraw"})
    body = {"items": [{"creditor": supplier, "amount": EURO}]}
    new = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payment-batches", body)
    place = f"/v1/payment-batches/{new['id']}"
    made[:] = [place]
    for verb in verbs:
        who = seller.coordinator if verb == "approve" else seller.treasurer
        await who("POST", f"{place}/transitions", {"verb": verb})
    return place


async def owed_to_supplier(world: World, seller: Seller) -> Json:
    """A supplier who is owed something, with a confirmed account."""
    order = await world.order(world.person(), await world.offering(seller))
    await claim(seller, order, "100.00", payee="supplier", supplier="Bouwmaat")
    creditor: Json = (await owed(seller, "supplier"))["creditor"]
    named = {"kind": "supplier", "id": creditor["id"]}
    await account(seller, named)
    return named

"""One cooperative with an example of everything, and a private word in each."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from app.adapters.camt import read_statements
from app.adapters.mail import Mail
from app.domain.creditors import CreditorKind
from app.domain.documents import MediaType
from app.domain.earning.agreements import Side
from app.domain.earning.allowances import AllowanceKind
from app.domain.earning.costs import Payee
from app.domain.ledger import BookCheck
from app.domain.market.offering_imports import ImportReview, Row, Rows
from app.domain.page import PageRequest
from app.domain.people.cooperatives import LegalForm
from app.domain.platform.apps import RateClass
from app.domain.platform.events import Event
from app.domain.platform.messages import SENT, Channel, Message, MessageState
from app.domain.platform.webhooks import Answer
from app.domain.selling.invoices import SendingChannel
from app.usecases.books.bank_matches import MatchPart
from app.usecases.books.bills import BillCreditorInput, BillLineInput
from app.usecases.market.offering_imports import PutOffering, ReviewImport
from app.usecases.market.offerings import AddOffering
from app.usecases.shared.agreement_forms import ExampleInput, PotInput
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.creditors import CreditorInput
from app.usecases.shared.order_form import OrderLineInput
from app.usecases.shared.purchase_forms import TierInput
from app.vocabulary import BalanceIn, Form, MoneyIn
from app.worker import Worker
from tests.scenarios import statements as bank
from tests.scenarios.bills import PDF, enter, line, upload
from tests.scenarios.buying import SPOOLS, finish, move, plan, wish
from tests.scenarios.jobs import agreed, join, slot
from tests.scenarios.jobs import move as move_job
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.test_offering_imports import LINE, send
from tests.scenarios.test_webhook_senders import letter
from tests.world import MARKET, OTHER_IBAN, VRIJE_UITLOOP, Caller, Json, Seller, World

EURO: Json = {"amount": "1.00"}
SPENDING: Json = {"kind": "spending", "purpose": "gereedschap", "policy": "needs_municipal_consent"}
TRADING: Json = {"kind": "barter", "debtLimitMinutes": 120}
PREMIUM: Json = {"kind": "premium", "count": 2, "yearlyCap": "10.00"}
EXIT: Json = {"kind": "exit", "potTo": "member"}
RULES = [SPENDING, TRADING, EXIT, *VRIJE_UITLOOP[:3], PREMIUM, VRIJE_UITLOOP[3]]
DRAFT: Json = {"activeFrom": "2028-01-01", "rules": [{"kind": "pot"}]}
DRAFT |= {"examples": [{"name": "x", "net": "1", "expected": {"pot": "1"}}]}
BUYER = ("catalogue:read", "orders:read", "orders:write", "events:read")
"""The scopes of a shop's app."""
PARTNER = (*BUYER, "offerings:read", "offerings:write")
"""The scopes of a partner's app."""
PERSONAL = frozenset(
    {
        "contact",
        "email",
        "street",
        "organisation",
        "note",
        "receipt",
        "goal",
        "name",
        "spending",
        "supplier",
        "permission",
        "reason",
        "hours",
        "credit",
        "loss",
        "account",
        "payee",
        "rule",
        "payout",
        "payment",
        "floor",
        "debt",
        "power",
        "statement",
        "line",
    }
)
"""Texts that only the member or the customer, and people who work with them, may read."""
HOUSE = frozenset(
    {"agreement", "draft", "barter", "fund", "ballot", "app", "delivery", "correction", "merchant", "bill"}
)
"""Texts that stay inside the cooperative, or between two parties."""

VERSIONED = {
    **{name: name.removesuffix("_id") for name in ("offering_id", "cooperative_id", "member_id", "app_id")},
    **{name: name.removesuffix("_id") for name in ("webhook_id", "agreement_id", "assignment_id")},
    "purchase_id": "joint_purchase",
    "slot_id": "assignment_slot",
    "supplier_id": "supplier",
}
"""The tables whose rows change only with an expected version."""


@dataclass(kw_only=True)
class Sample:
    """`values`: one for every parameter of a use case; `forms`: one of each form that needs fields.

    `own`: other ids, for a caller with other rows.
    """

    world: World
    seller: Seller
    sister: Seller
    collective: Seller
    umbrella: Seller
    buyer: Caller
    customer: Caller
    partner_app: Caller
    manager: Caller
    approver: Caller
    colleague: Caller
    mark: str = field(default_factory=lambda: f"kanarie{uuid4().hex[:8]}")
    values: dict[str, Any] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    forms: dict[type[Form], Form] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    client: tuple[str, str] = ("", "")

    def word(self, place: str) -> str:
        """The private word of a place."""
        assert place in PERSONAL | HOUSE
        return f"{self.mark}-{place}"

    @cached_property
    def ids(self) -> dict[str, str]:
        """The ids of the sample, as text."""
        found = {name: str(value) for name, value in self.values.items() if isinstance(value, UUID | str)}
        found |= {f"{name}:version": str(version) for name, version in self.versions.items()}
        client_id, client_secret = self.client
        return found | {"client_id": client_id, "client_secret": client_secret, "year": "2019"}

    async def at(self, who: Caller, path: str, body: Json) -> Any:
        """A POST below the cooperative."""
        return await who("POST", f"/v1/cooperatives/{self.seller.id}/{path}", body)


KVK = "90000053"
"""The legal entity of the seller and its sister."""


async def sampled(world: World) -> Sample:
    """The cooperative after all acts of its people."""
    with world.clock.at("2026-01-10"):
        seller = await world.cooperative(RULES)
        await world.sale(seller, await world.app(), "4000.00")
    buyer = await world.app(list(BUYER))
    partner_app = await world.app(list(PARTNER), [seller.id])
    collective = await world.cooperative([{"kind": "vote", "percent": "75"}, {"kind": "collective"}])
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    colleague, colleague_id = await world.member(seller)
    sample = Sample(
        world=world,
        seller=seller,
        sister=await world.cooperative(),
        collective=collective,
        umbrella=await world.cooperative(),
        buyer=buyer,
        customer=world.person(),
        partner_app=partner_app,
        manager=manager,
        approver=await _approver(world, seller),
        colleague=colleague,
    )
    sample.values |= _constants()
    sample.values |= {"receiver_id": UUID(colleague_id), "giver_id": UUID(seller.member_id)}
    for told in (
        _year,
        _orders,
        _money,
        _account,
        _bank,
        _numbers,
        _invoices,
        _apps,
        _earned,
        _pot,
        _payee,
        _batch,
        _papers,
        _house,
        _elsewhere,
        _purchases,
        _job,
    ):
        await told(sample)
    await world.guard()
    for name, table in VERSIONED.items():
        async with world.books.transaction() as tx:
            version = await tx.value(f'select version from "{table}" where id = $1', sample.values[name])
            sample.versions[name] = version
    return sample


async def _approver(world: World, seller: Seller) -> Caller:
    """The outside approver, who was of the network when they were named and is not any more."""
    approver, person_id = await world.known()
    office = await world.network("POST", "/v1/offices", {"personId": person_id, "role": "network"})
    named = {"personId": person_id, "role": "approver", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", named)
    await world.network("DELETE", f"/v1/offices/{office['id']}")
    return approver


async def _year(sample: Sample) -> None:
    """The first month is closed and reported; places and people exist. The scheme without VAT is still to come."""
    seller, world = sample.seller, sample.world
    for place in (seller, sample.sister):
        body = {"kvkNumber": KVK, "umbrellaId": sample.umbrella.id}
        await world.network("PATCH", f"/v1/cooperatives/{place.id}", body, headers={"If-Match": "*"})
    body = {"smallBusinessFrom": "2035-01-01"}
    await seller.coordinator("PATCH", f"/v1/cooperatives/{seller.id}", body, headers={"If-Match": "*"})
    with world.clock.at("2026-02-01"):
        await world.close_month(seller, "2026-01")
        remittance = await sample.at(seller.treasurer, "remittances", {"through": "2026-01"})
    member, match = f"/v1/members/{seller.member_id}", {"If-Match": '"1"'}
    await seller.coordinator("PATCH", member, {"name": sample.word("name")}, headers=match)
    goal = {"text": sample.word("goal"), "amount": {"amount": "5.00"}}
    await seller.member("PUT", f"{member}/goal", goal, headers={"If-Match": '"2"'})
    _, person_id = await world.known()
    office = {"personId": person_id, "role": "coordinator", "cooperativeId": seller.id, "reason": sample.word("power")}
    sample.values |= {
        "municipality_id": UUID(seller.municipality_id),
        "cooperative_id": UUID(seller.id),
        "member_id": UUID(seller.member_id),
        "remittance_id": UUID(remittance["id"]),
        "person_id": UUID((await seller.coordinator("GET", "/v1/me"))["person"]["id"]),
        "check": BookCheck(uuid4(), datetime.now(UTC)),
        "broken": {},
        "office_id": UUID((await world.network("POST", "/v1/offices", office))["id"]),
    }


async def _order(sample: Sample, buyer: Caller, word: Callable[[str], str]) -> Json:
    """Delivered and paid; with an undecided cost claim."""
    world, seller = sample.world, sample.seller
    contact: Json = {"name": word("contact"), "email": f"{word('email')}@example.org"}
    contact["buyer"] = {"postalAddress": MARKET | {"street": word("street")}, "organisation": word("organisation")}
    contact["buyer"] |= {"buyerType": "business", "kvkNumber": "17272828"}
    offering = await world.offering(seller, kind="goods", stock=9)
    order = await world.order(buyer, offering, contact=contact, note=word("note"))
    await world.deliver(seller, order)
    payment = await world.pay(seller, order)
    line = order["lines"][0]
    claim: Json = {"orderLineId": line["id"], "category": "verf", "amount": EURO, "payee": "member"}
    claim |= {"receipt": word("receipt")}
    claimed = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim)
    hold = await buyer("POST", f"/v1/offerings/{offering}/holds", {"quantity": 1})
    token = str(order["statusUrl"]).rsplit("/", 1)[-1]
    ids = {"order_id": order["id"], "order_line_id": line["id"], "payment_id": payment["id"], "token": token}
    return ids | {"offering_id": offering, "claim_id": claimed["id"], "hold_id": hold["id"]}


async def _orders(sample: Sample) -> None:
    """One of an app and one of a person."""
    own = await _order(sample, sample.customer, lambda place: f"eigen-{place}")
    sample.own = {name: value for name, value in own.items() if name != "token"}
    await sample.customer("PUT", "/v1/me/contact", {"name": "Jo", "email": "jo@example.org"})
    ids = await _order(sample, sample.buyer, sample.word)
    named = {name: UUID(value) for name, value in ids.items() if name != "token"}
    contents: Json = {"kind": "service", "title": "x", "category": "tuin", "priceUnit": "piece", "price": EURO}
    contents |= {"vatClass": "standard", "town": "Breda", "memberId": sample.seller.member_id}
    sample.forms = {form: form.model_validate(contents) for form in (AddOffering, PutOffering)}
    sample.forms[ReviewImport] = ReviewImport(verb=ImportReview.SEND_BACK)
    event = Event(named["offering_id"], "order.placed", UUID(sample.seller.id), named["offering_id"], {})
    sample.values |= named | {"token": ids["token"], "event": event}
    sample.values |= {"channel": SendingChannel.BY_HAND, "missing": True}
    sample.values["lines"] = [OrderLineInput(offering_id=named["offering_id"], quantity=1)]


async def _money(sample: Sample) -> None:
    """A maker got cash at the door; another order is delivered, and nobody expects its price any more.

    A part of it is written off, and that waits to be undone; of another part it waits for a second person.
    """
    seller, world, order_id = sample.seller, sample.world, sample.values["order_id"]
    cash = await seller.member("POST", f"/v1/orders/{order_id}/cash-receipts", {"amount": EURO})
    await seller.treasurer("POST", f"/v1/orders/{order_id}/payments", {"amount": EURO})  # it is owed back
    lost = await world.order(sample.buyer, await world.offering(seller, "10.00"))
    await world.deliver(seller, lost)
    second = await world.officer("treasurer", cooperativeId=seller.id)
    why = {"reason": sample.word("loss"), "amount": EURO}
    proposed = await second("POST", f"/v1/orders/{lost['id']}/write-offs", why)
    ids = {"cash_id": cash["id"], "lost_id": lost["id"], "write_off_id": proposed["id"]}
    ids["for_order_id"] = lost["id"]
    gone = await second("POST", f"/v1/orders/{lost['id']}/write-offs", why)
    await seller.coordinator("POST", f"/v1/write-offs/{gone['id']}/transitions", {"verb": "confirm"})
    ids["lost_journal_id"] = (await world.journal(seller, gone["id"]))["id"]
    undone = f"/v1/journals/{ids['lost_journal_id']}/reversals"
    ids["lost_reversal_id"] = (await second("POST", undone, {"reason": why["reason"]}))["id"]
    sample.values |= {name: UUID(value) for name, value in ids.items()}
    sample.values["unpaid_token"] = lost["statusUrl"].rpartition("/")[2]


async def _account(sample: Sample) -> None:
    """Customers pay to one bank account; another one waits for a second person."""
    seller = sample.seller
    await seller.can_invoice()
    second = await sample.world.officer("treasurer", cooperativeId=seller.id)
    proposed = await sample.at(second, "bank-accounts", {"iban": OTHER_IBAN, "name": sample.word("account")})
    shop = await sample.at(seller.treasurer, "suppliers", {"name": sample.word("merchant")})
    sample.values |= {"bank_account_id": UUID(proposed["id"]), "supplier_id": UUID(shop["id"])}
    wood = line("1.00", "0.21", title=sample.word("bill"))
    bill = await enter(seller, shop["id"], wood, who=second, billedOn=f"{sample.world.clock():%Y-%m-%d}")
    file = await upload(second, f"/v1/bills/{bill['id']}", name=sample.word("bill"))
    sample.values |= {"document_id": UUID(file["id"]), "content": PDF}
    sample.values |= {"bill_id": UUID(bill["id"]), "enter_bill.lines": [BillLineInput(**wood)]}
    creditor = BillCreditorInput(kind=CreditorKind.SUPPLIER, id=UUID(shop["id"]))
    sample.forms[BillCreditorInput] = sample.values["enter_bill.creditor"] = creditor


async def _bank(sample: Sample) -> None:
    """A file of the bank brought a line, and a part of it has a place; a typed statement waits for a second person."""
    seller, came = sample.seller, bank.entry("2026-03-02", "1.00", sample.word("line"))
    sample.values["statement_file"] = bank.camt(bank.of_bank("2026-03-02", "2026-03-02", "4840.00", came)).decode()
    brought = await bank.send(seller.treasurer, seller, sample.values["statement_file"].encode())
    waiting = bank.statement(
        "2026-03-03", "2026-03-03", "4841.00", bank.line("2026-03-03", "2.00", sample.word("statement"))
    )
    second = await sample.world.officer("treasurer", cooperativeId=seller.id)
    typed = await bank.type_in(seller, waiting, by=second)
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bank-lines?state=open")
    assert brought["linesAdded"] == 1
    await sample.at(seller.treasurer, "cash-counts", {"countedOn": "2026-03-03", "amount": EURO})
    line_id = found["items"][0]["id"]
    part: Json = {"category": "income/gifts", "amount": {"amount": "0.40"}}
    await seller.treasurer("POST", f"/v1/bank-lines/{line_id}/matches", {"parts": [part]})
    known_by = {"category": "cost/energy", "text": sample.word("rule")}
    rule = await sample.at(seller.treasurer, "bank-rules", known_by)
    sample.values |= {
        "rule_id": UUID(rule["id"]),
        "line_id": UUID(line_id),
        "parts": [MatchPart(cash=True)],
        "bank_statement_id": UUID(typed["id"]),
        "statements": read_statements(sample.values["statement_file"].encode()),
        "first_on": date(2026, 3, 3),
        "last_on": date(2026, 3, 3),
        "opening": BalanceIn(amount="4841.00"),
        "closing": BalanceIn(amount="4841.00"),
    }


async def _numbers(sample: Sample) -> None:
    """After a restore the numbers of 2019 have to be checked again; of the first check one is lost."""
    async with sample.world.books.transaction() as tx:
        series = """insert into invoice_series (cooperative_id, year, last, unchecked)
                    values ($1, 2019, 1, true), ($1, 2026, 0, false) on conflict do nothing"""
        await tx.value(series, sample.values["cooperative_id"])
        lost = "insert into invoice_lost values ($1, 2019, 1, $2, $3)"
        await tx.value(lost, sample.values["cooperative_id"], sample.values["person_id"], sample.world.clock())


async def _invoices(sample: Sample) -> None:
    """The orders of the app and of the person are invoiced, with their files; the treasurer sent each by hand."""
    seller = sample.seller
    for who, ids in ((sample.buyer, sample.ids), (sample.customer, sample.own)):
        invoice = await seller.treasurer("POST", f"/v1/orders/{ids['order_id']}/invoices", {})
        place = f"/v1/invoices/{invoice['id']}"
        await seller.treasurer("POST", f"{place}/sendings", {"channel": "by_hand"})
        await who.client.get(f"{place}/invoice.pdf", headers={"Authorization": f"Bearer {who.token}"})
        if who is sample.customer:
            sample.own["invoice_id"] = invoice["id"]
        else:
            sample.values |= {"invoice_id": UUID(invoice["id"]), "number": invoice["number"]}
    del sample.ids


async def _earned(sample: Sample) -> None:
    """Some sales are confirmed, one is credited in part and paid back; a task is open."""
    seller, world = sample.seller, sample.world
    for net in ("10.00", "10.00"):
        await world.sale(seller, sample.buyer, net)
    part = await world.sale(seller, sample.buyer, "20.00")
    await seller.refund(part["id"], {"reason": sample.word("credit"), "amount": EURO})
    await world.reachable(seller.treasurer, "penningmeester@example.org")
    worker = Worker(world.worker_database, Mail("smtp://127.0.0.1:9", "samen@example.org"), now=world.clock)
    # Messages are written, and wait.
    while await worker.tick():
        continue
    await world.work()
    earnings = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings")
    tasks = await seller.treasurer("GET", "/v1/tasks")
    named = {"earning_id": earnings["items"][0]["id"], "task_id": tasks["items"][0]["id"], "credited_id": part["id"]}
    sample.values |= {name: UUID(value) for name, value in named.items()}


async def _apps(sample: Sample) -> None:
    """A partner's list was imported; an app has a webhook; another app has a known secret."""
    seller, world = sample.seller, sample.world
    jam = LINE | {"externalId": "W-1", "memberId": seller.member_id}
    taken_in = await send(sample.partner_app, seller, json.dumps(jam))
    hook = {"url": "https://example.org/hook"}
    made = await world.network("POST", f"/v1/apps/{sample.buyer.login}/webhooks", hook)
    other = {"name": sample.word("app"), "scopes": ["orders:read"]}
    known = await world.network("POST", "/v1/apps", other)
    sample.client = (known["app"]["id"], known["clientSecret"])
    sample.values["file"] = json.dumps(jam | {"externalId": "W-2"})
    row = Row("W-1", UUID(seller.member_id), {"title": "Jam"})
    ids = {"app_id": sample.buyer.login, "import_id": taken_in["id"], "webhook_id": made["webhook"]["id"]}
    sample.values |= {name: UUID(value) for name, value in ids.items()} | {"row": row, "rows": Rows([(1, row)])}


async def _pot(sample: Sample) -> None:
    """The member got an allowance, wants to buy, and has a permission."""
    seller = sample.seller
    place = f"/v1/members/{seller.member_id}"
    premium = {"kind": "premium", "amount": EURO, "reason": sample.word("reason")}
    allowance = await seller.treasurer("POST", f"{place}/allowances", premium)
    paid: Json = {"creditor": {"kind": "member", "id": seller.member_id}, "amount": EURO}
    payout = await sample.at(seller.treasurer, "payouts", paid | {"reason": sample.word("payout")})
    pump = {"purpose": "gereedschap", "title": sample.word("spending"), "supplier": sample.word("supplier")}
    asked = await seller.member("POST", f"{place}/spending-requests", pump | {"amount": EURO})
    dates = {"memberId": seller.member_id, "startsOn": "2026-01-01", "until": "2026-06-30"}
    permission = await sample.at(sample.manager, "permissions", dates)
    await seller.coordinator("GET", f"/v1/permissions/{permission['id']}/note")
    noted = await sample.at(sample.manager, "permissions", dates | {"note": sample.word("permission")})
    ids = {
        "payout_id": payout["id"],
        "allowance_id": allowance["id"],
        "request_id": asked["id"],
        "permission_id": noted["id"],
    }
    sample.values |= {name: UUID(value) for name, value in ids.items()}


async def _payee(sample: Sample) -> None:
    """The member says where they are paid; it waits for a second person."""
    given = {"creditor": {"kind": "member", "id": sample.seller.member_id}, "name": sample.word("payee")}
    proposed = await sample.at(sample.seller.member, "payee-accounts", given | {"iban": OTHER_IBAN})
    sample.values["payee_account_id"] = UUID(proposed["id"])
    sample.forms[CreditorInput] = sample.values["creditor"] = CreditorInput(
        kind=CreditorKind.MUNICIPALITY, id=UUID(sample.seller.municipality_id)
    )
    floor = {
        "floor": {"amount": "-5.00"},
        "until": f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}",
        "reason": sample.word("floor"),
    }
    second = await sample.world.officer("treasurer", cooperativeId=sample.seller.id)
    sample.values["fund_floor_id"] = UUID((await sample.at(second, "fund-floors", floor))["id"])
    # The sample's books have no debt, so the row is written as an act would write it.
    async with sample.world.books.transaction() as tx:
        sql = """insert into debt_write_off (id, cooperative_id, member_id, cents, reason, proposed_by, proposed_at,
                                             state, version)
                 select $1, $2, $3, 1, $4, $5, $6, 'proposed', 1"""
        debt_id, now = uuid4(), sample.world.clock()
        ids = (sample.values["cooperative_id"], sample.values["receiver_id"], sample.word("debt"))
        await tx.value(sql, debt_id, *ids, UUID((await second("GET", "/v1/me"))["person"]["id"]), now)
    sample.values["debt_write_off_id"] = debt_id
    sample.values["creditor_id"] = UUID(sample.seller.member_id)


async def _batch(sample: Sample) -> None:
    """A batch of payments to a supplier is on its way; after a restore somebody said which ones had left."""
    seller, world = sample.seller, sample.world
    order = await world.order(sample.buyer, await world.offering(seller, "10.00"))
    claim: Json = {"orderLineId": order["lines"][0]["id"], "category": "verf", "payee": "supplier"}
    claim |= {"amount": {"amount": "3.00"}, "receipt": "bon", "supplier": "Verfhandel"}
    claimed = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim)
    await seller.treasurer("POST", f"/v1/cost-claims/{claimed['id']}/transitions", {"verb": "approve"})
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/suppliers?name=Verfhandel")
    creditor = {"kind": "supplier", "id": found["items"][0]["id"]}
    holder = {"creditor": creditor, "iban": OTHER_IBAN, "name": "Verfhandel"}
    account = await sample.at(seller.treasurer, "payee-accounts", holder)
    await seller.coordinator("POST", f"/v1/payee-accounts/{account['id']}/transitions", {"verb": "confirm"})
    items = [{"creditor": creditor, "amount": EURO, "text": sample.word("payment")}]
    batch = await sample.at(seller.treasurer, "payment-batches", {"items": items})
    place = f"/v1/payment-batches/{batch['id']}"
    await seller.coordinator("POST", f"{place}/transitions", {"verb": "approve"})
    await seller.treasurer("POST", f"{place}/transitions", {"verb": "send"})
    item = (await seller.treasurer("GET", f"{place}/payment-items"))["items"][0]
    async with world.books.transaction() as tx:
        check = "insert into payment_check (id, cooperative_id, checked_at, checked_by) values ($1, $2, $3, $4)"
        await tx.value(check, uuid4(), UUID(seller.id), world.clock(), sample.values["person_id"])
    ids = {"payment_batch_id": batch["id"], "payment_item_id": item["id"], "payable_supplier_id": creditor["id"]}
    sample.values |= {name: UUID(value) for name, value in ids.items()} | {"left_batch_ids": [], "content": b"x"}


async def _papers(sample: Sample) -> None:
    """A new agreement and an offering, which nobody else has seen yet."""
    seller = sample.seller
    draft = await sample.at(seller.treasurer, "agreements", DRAFT | {"title": sample.word("agreement")})
    unseen: Json = {"kind": "service", "title": sample.word("draft"), "category": "tuin", "priceUnit": "piece"}
    unseen |= {"memberId": seller.member_id, "price": EURO, "town": "Breda", "vatClass": "standard"}
    await sample.at(seller.member, "offerings", unseen)
    await seller.controller("POST", f"/v1/agreements/{draft['id']}/replays", {"year": 2025})
    sample.values["agreement_id"] = UUID(draft["id"])


async def _house(sample: Sample) -> None:
    """A fund, a barter between members, and a ballot in a collective."""
    seller, collective, values = sample.seller, sample.collective, sample.values
    roof = {"title": sample.word("fund"), "purposes": ["gereedschap"]}
    fund = await sample.at(seller.treasurer, "funds", roof)
    donations = f"/v1/funds/{fund['id']}/donations"
    wrong, right = [await seller.treasurer("POST", donations, {"amount": EURO, "giver": "Jo"}) for _ in range(2)]
    undone = f"/v1/journals/{wrong['id']}/reversals"
    reversal = await seller.treasurer("POST", undone, {"reason": sample.word("correction")})
    trade: Json = {"giverId": str(values["receiver_id"]), "receiverId": seller.member_id, "minutes": 60}
    barter = await sample.at(sample.colleague, "barters", trade | {"title": sample.word("barter")})
    bus = {"title": sample.word("ballot"), "supplier": "Garage", "amount": EURO}
    ballot = await collective.member("POST", f"/v1/cooperatives/{collective.id}/ballots", bus)
    ids = {"fund_id": fund["id"], "barter_id": barter["id"], "ballot_id": ballot["id"]}
    ids |= {"journal_id": right["id"], "reversal_id": reversal["id"]}
    values |= {name: UUID(value) for name, value in ids.items()}


async def _elsewhere(sample: Sample) -> None:
    """Another cooperative of the network delivered something."""
    sister = sample.sister
    salad = {"toCooperativeId": sample.seller.id, "amount": EURO, "title": sample.word("delivery")}
    place = f"/v1/cooperatives/{sister.id}/internal-deliveries"
    sample.values["delivery_id"] = UUID((await sister.treasurer("POST", place, salad))["id"])
    sample.values |= {"to_cooperative_id": UUID(sister.id), "debtor_id": UUID(sister.id)}
    sample.values["with_cooperative_id"] = UUID(sister.id)


async def _purchases(sample: Sample) -> None:
    """An open one, and one that was settled, with a credit."""
    seller, world = sample.seller, sample.world
    thread = await plan(world, seller, SPOOLS, SPOOLS | {"title": "Wol"})
    wished = await wish(seller.coordinator, thread, 1, cooperativeId=seller.id)
    settled = await plan(world, seller)
    credited = await wish(seller.coordinator, settled, 10, cooperativeId=seller.id)
    await finish(seller, await move(seller.coordinator, settled, "close"), "10.00", 10)
    credit = {"amount": EURO, "reason": "x"}
    await seller.treasurer("POST", f"/v1/wishes/{credited['id']}/credits", credit)
    ids = {"purchase_id": thread["id"], "article_id": thread["articles"][0]["id"], "wish_id": wished["id"]}
    ids |= {"bought_id": settled["id"], "bought_wish_id": credited["id"]}
    sample.values |= {name: UUID(value) for name, value in ids.items()}


async def _job(sample: Sample) -> None:
    """A part of an assignment that was approved and credited, a report of its hours, and the netting that follows."""
    lead, partner = sample.seller, sample.sister
    job = await plan_job(sample.world, lead, slot("Koken", 10000), audience="partners", partnerIds=[partner.id])
    part = await join(partner.member, job, partner.member_id)
    await agreed(job, lead, partner)
    await move_job(lead.coordinator, job, "start")
    hours = {"minutes": 60, "note": sample.word("hours")}
    entry = await partner.member("POST", f"/v1/assignment-parts/{part['id']}/hours", hours)
    await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
    await move_job(lead.coordinator, job, "deliver")
    await move_job(lead.treasurer, job, "approve", reason="gebeld")
    order = await lead.treasurer("GET", f"/v1/assignments/{job['id']}")
    await lead.treasurer("POST", f"/v1/orders/{order['orderId']}/credits", {"amount": EURO, "reason": "x"})
    await lead.treasurer("PUT", f"/v1/cooperatives/{lead.id}/credit-limits/{partner.id}", {"limit": EURO})
    netting = await sample.at(lead.treasurer, "nettings", {"withCooperativeId": partner.id})
    ids = {"assignment_id": part["assignmentId"], "slot_id": part["slotId"], "part_id": part["id"]}
    ids |= {"entry_id": entry["id"], "netting_id": netting["id"]}
    sample.values |= {name: UUID(value) for name, value in ids.items()}


def _message(now: datetime) -> Message:
    return Message(
        id=uuid4(),
        cooperative_id=uuid4(),
        event_id=uuid4(),
        kind="accept_order",
        recipient_id=uuid4(),
        channel=Channel.MAIL,
        language="nl",
        state=MessageState.WAITING,
        tries=0,
        next_try_at=now,
    )


def _constants() -> dict[str, Any]:
    """Values that use cases need besides ids."""
    now = datetime.now(UTC)
    return {
        "source": "winkel",
        "external_id": "W-1",
        "url": "https://example.org/hook",
        "after": "0",
        "email": "jo@example.org",
        "iban": OTHER_IBAN,
        "letter": letter("https://shop.example/"),
        "answer": Answer(204),
        "share": 1,
        "limit": 1,
        "outcome": SENT,
        "message": _message(now),
        "row_id": uuid4(),
        "timer": True,
        "timer_ids": [],
        "event_ids": [],
        "assertion_id": "x",
        "starts_at": now,
        "ends_at": now,
        "now": now,
        "month": "2026-01",
        "through": "2026-01",
        "year": 2026,
        "last_number": "1",
        "since": date(2026, 1, 1),
        "billed_on": now.date(),
        "reference": "F1",
        "yes": True,
        "for_customers": True,
        "unit": "x",
        "closes_at": now + timedelta(days=3),
        "terms": 1,
        "units": 1,
        "minutes": 60,
        "purposes": ("dak",),
        "giver": "Jo",
        "supplier": "De Schuur",
        "purpose": "gereedschap",
        "as_of": date(2026, 1, 1),
        "accounts": [],
        "kind": AllowanceKind.PREMIUM,
        "starts_on": date(2026, 1, 1),
        "until": date(2026, 2, 1),
        "active_from": date(2028, 1, 1),
        "page": PageRequest(),
        "changes": {},
        "expected_version": None,
        "text": "fiets",
        "cents": 1,
        "reason": "x",
        "amount": MoneyIn.of(1),
        "total": MoneyIn.of(1),
        "tiers": [TierInput(price=MoneyIn.of(1))],
        "net": MoneyIn.of(1),
        "counted_on": date(2026, 3, 3),
        "floor": BalanceIn(amount="0.00"),
        "cbs_code": "GM9999",
        "name": "x",
        "slug": "x-y",
        "town": "Breda",
        "title": "x",
        "trade_name": "x",
        "legal_form": LegalForm.FOUNDATION,
        "issuer": "i",
        "subject": "s",
        "role": "treasurer",
        "scopes": (),
        "rate_class": RateClass.STANDARD,
        "side": Side.COOPERATIVE,
        "category": "verf",
        "rules": [PotInput(kind="pot")],
        "examples": [ExampleInput(**DRAFT["examples"][0])],
        "payee": Payee.MEMBER,
        "contact": ContactInput(name="Jo", email="jo@example.org"),
        "quantity": 1,
        "stock": 9,
        "receipt": "bon",
        "client_id": "x",
        "client_secret": "x",
        "paid_on": None,
        "ids": (uuid4(),),
        "order_ids": [],
        "media_type": MediaType.PDF,
        "files": {MediaType.PDF: b"x"},
    }

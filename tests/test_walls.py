"""Nobody gets in who does not belong: every use case refuses a stranger, and each wall holds without the other."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import app.usecases
from app.db import people
from app.db.engine import Database
from app.domain.access import Identity
from app.domain.agreements import Example, Pot
from app.domain.allowances import AllowanceKind
from app.domain.apps import RateClass
from app.domain.cooperatives import LegalForm
from app.domain.costs import Payee
from app.domain.customers import Contact
from app.domain.errors import DomainError
from app.domain.events import Event
from app.domain.joint_purchases import draft_article
from app.domain.offering_imports import Row, Rows
from app.domain.opening import Opening
from app.domain.page import PageRequest
from app.domain.parts import draft_slot
from app.domain.vat import VatClass
from app.domain.webhooks import Answer
from app.main import people_issuer
from app.usecases.orders import Wanted
from app.usecases.run import constraints_as_rules
from tests.scenarios.test_assignments import agreed, join, report, slot
from tests.scenarios.test_assignments import move as move_job
from tests.scenarios.test_assignments import plan as plan_job
from tests.scenarios.test_joint_purchases import finish, move, plan, wish
from tests.scenarios.test_offering_imports import LINE, send
from tests.scenarios.test_webhook_senders import letter
from tests.world import GUEST, VRIJE_UITLOOP, Caller, Json, Seller, World

Verb = Callable[..., Any]
OPEN = {
    *("list_municipalities", "get_municipality", "list_cooperatives", "get_cooperative", "get_cooperatives"),
    *("get_guest_order", "check_client", "check_assertion", "list_client_keys", "get_lag"),
}
"""Open to the world: public facts, the login, and what an unguessable token shows."""
FOR_ANY_TOKEN = {
    *("get_me", "place_order", "hold_stock", "release_hold", "list_orders", "list_tasks"),
    *("get_my_contact", "set_my_contact", "list_events", "export_me", "erase_me"),
}
"""For everybody who logged in, on their own rows; that these stay their own is tested by the scenarios."""
SYSTEM = {
    "expire_order",
    *("close_on_time", "top_up_on_time", "approve_on_time", "propose_monthly"),
    "complete_silently",
    *("seal_books", "run_check"),
    *("publish_events", "claim_deliveries", "finish_delivery", "list_addresses", "forget_rates", "forget_old"),
    *("expire_hold", "end_trial", "remind_of_exit", "warn_of_lapse"),
    "deliver_event",
    "forget_keys",
    "check_books",
    "appoint_network",
}
NOT_VERBS = {"own_roles"}


def verbs() -> dict[str, Verb]:
    """Every use case, found by reflection."""
    found: dict[str, Verb] = {}
    for module in pkgutil.iter_modules(app.usecases.__path__):
        loaded = importlib.import_module(f"app.usecases.{module.name}")
        for name, verb in inspect.getmembers(loaded, inspect.iscoroutinefunction):
            own = verb.__module__ == loaded.__name__ and not name.startswith("_")
            if own and list(inspect.signature(verb).parameters)[:2] == ["tx", "actor"]:
                found[name] = verb
    return found


class Undo(Exception):
    """Leave the transaction without a trace."""


async def attempt(database: Database, who: Identity, verb: Verb, arguments: dict[str, Any]) -> int:
    """What a verb answers to somebody, as a status; nothing stays."""
    try:
        async with database.transaction() as tx:
            actor = await people.enter(tx, who)
            with constraints_as_rules():
                await verb(tx, actor, **arguments)
                await tx.flush()
            raise Undo
    except Undo:
        return 200
    except DomainError as refusal:
        return refusal.status


@pytest.fixture(scope="module")
async def sample(world: World) -> dict[str, Any]:
    """An id or value for every parameter that a use case has."""
    spending: Json = {"kind": "spending", "purpose": "gereedschap", "policy": "needs_municipal_consent"}
    trading: Json = {"kind": "barter", "debtLimitMinutes": 120}
    premium: Json = {"kind": "premium", "count": 2, "yearlyCap": "10.00"}
    rules = [spending, trading, *VRIJE_UITLOOP[:3], premium, VRIJE_UITLOOP[3]]
    with world.clock.at("2026-01-10"):
        seller, buyer = await world.cooperative(rules), await world.app()
        await world.sale(seller, buyer, "4000.00")
    with world.clock.at("2026-02-01"):
        month = {"month": "2026-01", "bankBalance": {"amount": "4840.00"}}
        await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/periods", month)
        through = {"through": "2026-01"}
        remittance = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/remittances", through)
    buyer = await world.app()
    order = await world.order(buyer, await world.offering(seller, kind="goods", stock=9))
    await world.deliver(seller, order)
    await world.pay(seller, order)
    body = {"orderLineId": order["lines"][0]["id"], "category": "verf", "amount": {"amount": "1.00"}}
    claim = await seller.member(
        "POST", f"/v1/orders/{order['id']}/cost-claims", body | {"payee": "member", "receipt": "bon"}
    )
    await world.sale(seller, buyer, "10.00")
    row = Row("W-1", UUID(seller.member_id), {"title": "Jam"})
    partner_app = await world.app(["offerings:read", "offerings:write"], [seller.id])
    jam = LINE | {"externalId": "W-1", "memberId": seller.member_id}
    taken_in = await send(partner_app, seller, json.dumps(jam))
    hook = await world.network("POST", f"/v1/apps/{buyer.login}/webhooks", {"url": "https://example.org/hook"})
    await world.sale(seller, buyer, "10.00")
    await world.work()
    earnings = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings")
    payments = await seller.treasurer("GET", f"/v1/orders/{order['id']}/payments")
    tasks = await seller.treasurer("GET", "/v1/tasks")
    offices = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/offices")
    draft = await seller.treasurer(
        "POST",
        f"/v1/cooperatives/{seller.id}/agreements",
        {
            "title": "v2",
            "activeFrom": "2027-01-01",
            "rules": [{"kind": "pot"}],
            "examples": [{"name": "x", "net": "1", "expected": {"pot": "1"}}],
        },
    )
    offering_id = UUID(order["lines"][0]["offeringId"])
    contact = {"name": "Jo", "email": "jo@example.org"}
    await world.person()("PUT", "/v1/me/contact", contact)
    part = await world.sale(seller, buyer, "20.00")
    refund = {"reason": "klacht", "amount": {"amount": "1.00"}}
    await seller.treasurer("POST", f"/v1/orders/{part['id']}/refunds", refund)
    allowance = await seller.treasurer(
        "POST", f"/v1/members/{seller.member_id}/allowances", {"kind": "premium", "amount": {"amount": "1.00"}}
    )
    pump = {"purpose": "gereedschap", "title": "Pomp", "supplier": "De Schuur", "amount": {"amount": "1.00"}}
    asked = await seller.member("POST", f"/v1/members/{seller.member_id}/spending-requests", pump)
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    dates = {"memberId": seller.member_id, "startsOn": "2026-01-01", "until": "2026-06-30"}
    permission = await manager("POST", f"/v1/cooperatives/{seller.id}/permissions", dates)
    await seller.coordinator("GET", f"/v1/permissions/{permission['id']}/note")
    noted = await manager("POST", f"/v1/cooperatives/{seller.id}/permissions", dates | {"note": "x"})
    roof = {"title": "Dak", "purposes": ["gereedschap"]}
    fund = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/funds", roof)
    colleague, colleague_id = await world.member(seller)
    trade = await colleague(
        "POST",
        f"/v1/cooperatives/{seller.id}/barters",
        {"giverId": colleague_id, "receiverId": seller.member_id, "minutes": 60, "title": "Wassen"},
    )
    sister = await world.cooperative()
    delivery = await sister.treasurer(
        "POST",
        f"/v1/cooperatives/{sister.id}/internal-deliveries",
        {"toCooperativeId": seller.id, "amount": {"amount": "1.00"}, "title": "Sla"},
    )
    collective = await world.cooperative([{"kind": "vote", "percent": "75"}, {"kind": "collective"}])
    bus = {"title": "Bus", "supplier": "Garage", "amount": {"amount": "1.00"}}
    ballot = await collective.member("POST", f"/v1/cooperatives/{collective.id}/ballots", bus)
    thread = await plan(world, seller)
    wished = await wish(seller.coordinator, thread, 1, cooperativeId=seller.id)
    settled = await plan(world, seller)
    credited = await wish(seller.coordinator, settled, 10, cooperativeId=seller.id)
    await finish(seller, await move(seller.coordinator, settled, "close"), "10.00", 10)
    await seller.treasurer(
        "POST", f"/v1/wishes/{credited['id']}/credits", {"amount": {"amount": "1.00"}, "reason": "x"}
    )
    spool = draft_article(title="x", unit="x", pack_units=1, tiers=[(1, 1)], vat_class=VatClass.ZERO, minimum={})
    job, entry, netting = await _job(world, seller, sister)
    await world.guard()
    hold = await buyer("POST", f"/v1/offerings/{offering_id}/holds", {"quantity": 1})
    me = await seller.coordinator("GET", "/v1/me")
    now = datetime.now(UTC)
    return {
        "seller": seller,
        "buyer": buyer,
        "municipality_id": UUID(seller.municipality_id),
        "cooperative_id": UUID(seller.id),
        "member_id": UUID(seller.member_id),
        "person_id": UUID(me["person"]["id"]),
        "office_id": UUID(offices[0]["id"]),
        "app_id": UUID(buyer.login),
        **{
            "import_id": UUID(taken_in["id"]),
            "source": "winkel",
            "external_id": "W-1",
            "row": row,
            "rows": Rows([(1, row)]),
        },
        **{"webhook_id": UUID(hook["webhook"]["id"]), "url": "https://example.org/hook", "after_position": 0},
        **{
            "letter": letter("https://shop.example/"),
            "answer": Answer(204),
            "limit": 1,
            "share": 1,
            "assertion_id": "x",
            "ends_at": datetime.now(UTC),
        },
        "agreement_id": UUID(draft["id"]),
        "offering_id": offering_id,
        "order_id": UUID(order["id"]),
        "order_line_id": UUID(order["lines"][0]["id"]),
        "payment_id": UUID(payments[0]["id"]),
        "claim_id": UUID(claim["id"]),
        "allowance_id": UUID(allowance["id"]),
        "month": date(2026, 1, 1),
        "remittance_id": UUID(remittance["id"]),
        "reference": "F1",
        "through": date(2026, 1, 1),
        "collective": collective,
        "ballot_id": UUID(ballot["id"]),
        "yes": True,
        "purchase_id": UUID(thread["id"]),
        "article_id": UUID(thread["articles"][0]["id"]),
        "wish_id": UUID(wished["id"]),
        "drafts": (spool,),
        "draft": spool,
        "closes_at": datetime.now(UTC) + timedelta(days=3),
        "assignment_id": UUID(job["assignmentId"]),
        "slot_id": UUID(job["slotId"]),
        "part_id": UUID(job["id"]),
        "slot": draft_slot(role="x", seats=1, minutes=1, share_kind="rest", share_size=1),
        "entry_id": UUID(entry["id"]),
        "netting_id": UUID(netting["id"]),
        "with_cooperative_id": UUID(sister.id),
        "partner": sister,
        "debtor_id": UUID(sister.id),
        **{
            "limit_cents": 1,
            "worked_minutes": 1,
            "terms": 1,
            "starts_at": now,
        },
        "units": 1,
        "total_cents": 1,
        "fund_id": UUID(fund["id"]),
        "barter_id": UUID(trade["id"]),
        "delivery_id": UUID(delivery["id"]),
        "to_cooperative_id": UUID(sister.id),
        "purposes": ("dak",),
        "giver": "Jo",
        "supplier": "De Schuur",
        "giver_id": UUID(seller.member_id),
        "receiver_id": UUID(colleague_id),
        "minutes": 60,
        "since": date(2026, 1, 1),
        "year": 2026,
        "opening": Opening(date(2026, 1, 1), ()),
        "permission_id": UUID(permission["id"]),
        "noted": noted["id"],
        "starts_on": date(2026, 1, 1),
        "until": date(2026, 2, 1),
        "bank_cents": 0,
        "request_id": UUID(asked["id"]),
        "purpose": "gereedschap",
        "kind": AllowanceKind.PREMIUM,
        "earning_id": UUID(earnings["items"][0]["id"]),
        "task_id": UUID(tasks["items"][0]["id"]),
        "hold_id": UUID(hold["id"]),
        "event": Event(offering_id, "order.placed", UUID(seller.id), offering_id, {}),
        **{"page": PageRequest(), "changes": {}, "expected_version": None, "text": "fiets", "cents": 1, "net_cents": 1},
        **{
            "cbs_code": "GM9999",
            "name": "x",
            "slug": "x-y",
            "town": "Breda",
            "title": "x",
            "active_from": date(2028, 1, 1),
        },
        **{"legal_form": LegalForm.FOUNDATION, "trade_name": "x", "issuer": "i", "subject": "s", "role": "treasurer"},
        **{"scopes": (), "rate_class": RateClass.STANDARD, "side": "cooperative", "category": "verf", "receipt": "bon"},
        **{"rules": (Pot(),), "examples": (Example("x", 1, {"pot": 1}),), "payee": Payee.MEMBER, "reason": "x"},
        **{"lines": (Wanted(offering_id, 1),), "contact": Contact("Jo", "jo@example.org"), "quantity": 1, "stock": 9},
        **{
            "token": "x",
            "client_id": "x",
            "client_secret": "x",
            "ids": (UUID(seller.id),),
            "now": now,
            "paid_on": None,
        },
        "contents": {
            **{"kind": "service", "title": "x", "text": "", "category": "tuin", "price_unit": "piece"},
            **{"price_cents": 1, "vat_class": "standard", "town": "Breda"},
        },
    }


async def _job(world: World, lead: Seller, partner: Seller) -> tuple[Json, Json, Json]:
    """A part of an assignment that was approved, a report of its hours, and the netting that follows."""
    job = await plan_job(world, lead, slot("Koken", 10000), audience="partners", partnerIds=[partner.id])
    part = await join(partner.member, job, partner.member_id)
    await agreed(job, lead, partner)
    await move_job(lead.coordinator, job, "start")
    entry = await report(partner.member, part, 60)
    await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
    await move_job(lead.coordinator, job, "deliver")
    await move_job(lead.treasurer, job, "approve", reason="gebeld")
    place = f"/v1/cooperatives/{lead.id}"
    await lead.treasurer("PUT", f"{place}/credit-limits/{partner.id}", {"limit": {"amount": "1.00"}})
    return part, entry, await lead.treasurer("POST", f"{place}/nettings", {"withCooperativeId": partner.id})


VERB_OF = {
    **{
        "move_order": "complete",
        "move_offering": "pause",
        "move_member": "pause",
        "decide_claim": "approve",
        "move_spending": "consent",
        "answer_barter": "confirm",
        "answer_delivery": "confirm",
        "decide_held": "release",
        "move_joint_purchase": "top_up",
        "move_assignment": "deliver",
        "move_part": "withdraw",
    },
}


def arguments_of(name: str, verb: Verb, sample: dict[str, Any]) -> dict[str, Any]:
    """Values for what the verb cannot do without."""
    named = {}
    for parameter in list(inspect.signature(verb).parameters.values())[2:]:
        if parameter.name == "verb":
            named["verb"] = VERB_OF[name]
        elif parameter.default is inspect.Parameter.empty or parameter.name == "cooperative_id":
            named[parameter.name] = sample[parameter.name]
    return named


def identity(world: World, login: str, *, app: bool = False) -> Identity:
    from app.domain.access import Scope

    if app:
        return Identity(None, None, login, frozenset(Scope))
    return Identity(people_issuer(world.settings), login, None, frozenset(Scope))


@pytest.fixture(params=["both walls", "without row-level security"])
def behind(request: pytest.FixtureRequest, database: Database, books: Database) -> Database:
    """The application's role; and one that sees every row, so that only the application's checks stand."""
    return books if request.param == "without row-level security" else database


async def test_every_use_case_refuses_strangers(world: World, behind: Database, sample: dict[str, Any]) -> None:
    other = await world.cooperative()
    outsiders = [other.coordinator, other.treasurer, other.member, other.controller, world.person()]
    strangers = [identity(world, outsider.login) for outsider in outsiders]
    strangers += [identity(world, (await world.app()).login, app=True), Identity()]
    let_in = []
    for name, verb in verbs().items():
        if name in OPEN | FOR_ANY_TOKEN:
            continue
        for who in strangers:
            status = await attempt(behind, who, verb, arguments_of(name, verb, sample))
            if status not in (401, 403, 404):
                let_in.append((name, who.subject, status))
    by_office = {("add_person", other.coordinator.login, 200)}  # coordinators make people known
    assert set(let_in) <= by_office


async def test_the_entitled_get_in_on_the_same_ids(world: World, database: Database, sample: dict[str, Any]) -> None:
    """The positive control: for every verb there is somebody whom it does not send away."""
    seller: Seller = sample["seller"]
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    insiders = [seller.coordinator, seller.treasurer, seller.member, seller.controller, world.network, manager]
    collective: Seller = sample["collective"]
    partner: Seller = sample["partner"]
    insiders += [collective.member, collective.treasurer, partner.member, partner.coordinator]
    entitled = [identity(world, insider.login) for insider in insiders]
    entitled.append(identity(world, sample["buyer"].login, app=True))
    nobody = []
    for name, verb in verbs().items():
        if name in SYSTEM | {"check_client", "check_assertion", "get_guest_order", "get_my_contact"}:
            continue
        statuses = [await attempt(database, who, verb, arguments_of(name, verb, sample)) for who in entitled]
        if all(status in (401, 403, 404) for status in statuses):
            nobody.append((name, statuses))
    assert nobody == []


async def test_a_scope_narrows_what_a_person_may_do(world: World) -> None:
    seller = await world.cooperative()
    reader = world.person(seller.coordinator.login, frozenset({"members:read"}))
    assert (await reader("GET", f"/v1/members/{seller.member_id}"))["id"] == seller.member_id
    refused = await reader("POST", f"/v1/members/{seller.member_id}/transitions", {"verb": "pause"}, status=403)
    assert (refused["code"], refused["facts"]) == ("scope_missing", {"scope": "members:write"})


READ_ONLY = {
    *("seal", "seal_item"),
    *("permission", "sealed_key", "permission_read"),
    *("refund", "order_line", "order_event", "member_event", "account", "balance", "entry", "journal"),
    *("office", "period", "wish_change", "purchase_credit"),
    *("assignment_customer", "assignment_signature", "assignment_hours", "webhook_delivery", "offering_import_row"),
}
"""The application's role may not update these at all."""
PRIVATE = [
    *("person", "office", "member", "order", "order_line", "order_event", "payment", "cost_claim", "earning"),
    *(
        "customer",
        "member_year",
        "member_month",
        "fund_month",
        "allowance",
        "member_event",
        "period",
        "refund",
        *("seal", "seal_item", "restricted_fund", "barter", "internal_delivery"),
        *("remittance", "spending", "permission", "sealed_key", "permission_read"),
        *("joint_purchase", "purchase_article", "wish", "wish_change", "purchase_credit"),
        *("assignment", "assignment_customer", "assignment_slot", "assignment_part", "assignment_hours"),
        *("assignment_signature", "netting", "credit_limit", "webhook", "webhook_delivery"),
        *("offering_import", "offering_import_row"),
        "task",
        "account",
        "balance",
        "entry",
        "journal",
        "idempotency",
    ),
]


@pytest.mark.parametrize("table", PRIVATE)
async def test_row_level_security_hides_private_rows_without_any_check(
    world: World, database: Database, sample: dict[str, Any], table: str
) -> None:
    """As the application's role and with no check of the application in between."""
    seller: Seller = sample["seller"]

    async def seen(who: Identity, touch: bool) -> tuple[int, int]:
        async with database.transaction() as tx:
            await people.enter(tx, who)
            count = await tx.value(f'select count(*) from "{table}"')
            touched = 0
            if touch and table not in READ_ONLY:
                column = await tx.value(
                    "select column_name from information_schema.columns where table_name = $1 limit 1", table
                )
                sql = f'with x as (update "{table}" set "{column}" = "{column}" returning 1) select count(*) from x'
                touched = await tx.value(sql)
            return count, touched

    other = await world.cooperative()
    stranger, everybody = await seen(identity(world, world.person().login), True), Identity()
    assert stranger == (0, 0)
    assert await seen(everybody, True) == (0, 0)
    staff = await seen(identity(world, seller.treasurer.login), False)
    own = await seen(identity(world, other.treasurer.login), False)
    total = await world.books_count(table)
    assert total > 0
    if table not in ("idempotency", "customer"):
        assert 0 < staff[0] < total or own[0] < total


@pytest.mark.parametrize("table", [*PRIVATE, "outbox", "timer"])
async def test_a_switched_off_policy_is_noticed(database_url: str, sample: dict[str, Any], table: str) -> None:
    """The planted breach: without its policy the same look shows rows that it hid before."""
    owner = await asyncpg.connect(database_url)
    shown = " where audience is distinct from 'public'" if table == "outbox" else ""  # the feed is for all to read
    look = f'select count(*) from "{table}"{shown}'
    try:
        await owner.execute(f'begin; grant select on "{table}" to samen_app; set local role samen_app')
        assert await owner.fetchval(look) == 0
        await owner.execute(
            f'reset role; alter table "{table}" no force row level security;'
            f' alter table "{table}" disable row level security; set local role samen_app'
        )
        assert await owner.fetchval(look) > 0
    finally:
        await owner.execute("rollback")
        await owner.close()


async def test_the_settings_of_one_request_do_not_reach_the_next(world: World, database: Database) -> None:
    seller = await world.cooperative()
    for _ in range(40):
        async with database.transaction() as tx:
            await people.enter(tx, identity(world, seller.coordinator.login))
            assert await tx.value("select count(*) from member") >= 1
        async with database.transaction() as tx:
            assert await tx.value("select count(*) from member") == 0


async def test_the_catalogues_role_reads_the_public_view_and_nothing_else(database_url: str) -> None:
    for role, allowed in (("samen_catalogue", {"catalogue_offering"}),):
        owner = await asyncpg.connect(database_url)
        sql = """select relname from pg_class where relkind in ('r', 'v') and relnamespace = 'public'::regnamespace
                 and has_table_privilege($1, oid, 'select')"""
        assert {row["relname"] for row in await owner.fetch(sql, role)} == allowed
        columns = await owner.fetch(
            "select column_name from information_schema.columns where table_name = 'catalogue_offering'"
        )
        for place in ("database", "schema"):  # nor makes functions, which could look at rows before the view does
            what = "temporary" if place == "database" else "create"
            name = await owner.fetchval("select current_database()") if place == "database" else "public"
            assert not await owner.fetchval(f"select has_{place}_privilege($1, $2, $3)", role, name, what)
        private = {"name", "member_id", "person_id", "email", "held", "contact"}
        assert not private & {row["column_name"] for row in columns}
        await owner.close()


async def test_an_app_of_two_cooperatives_is_changed_by_who_may_at_both(world: World) -> None:
    mine, theirs = await world.cooperative(), await world.cooperative()
    body = {"name": "Samen", "scopes": ["orders:read"], "cooperativeIds": [mine.id, theirs.id]}
    app_id = (await world.network("POST", "/v1/apps", body))["app"]["id"]
    for coordinator in (mine.coordinator, theirs.coordinator):
        assert (await coordinator("GET", f"/v1/apps/{app_id}"))["name"] == "Samen"
        assert (await coordinator("POST", f"/v1/apps/{app_id}/secrets", status=403))["code"] == "forbidden"
        await coordinator("DELETE", f"/v1/apps/{app_id}", status=403)
    await (await world.cooperative()).coordinator("DELETE", f"/v1/apps/{app_id}", status=404)
    await world.network("POST", f"/v1/apps/{app_id}/secrets")


async def test_a_disabled_app_carries_nobody_in(world: World) -> None:
    """Neither its own token nor the token of a person who came through it."""
    app = await world.app()
    issuer = people_issuer(world.settings)
    token = world.keys.token(
        issuer=issuer, audience="samen", subject="gast", client_id=app.login, scopes=frozenset({"orders:read"})
    )
    person = Caller(world.client, token, "gast")
    await person("GET", "/v1/orders")
    await world.network("DELETE", f"/v1/apps/{app.login}")
    for who in (app, person):
        assert (await who("GET", "/v1/orders", status=401))["code"] == "token_refused"
        assert (await who.graphql("{ orders { edges { node { id } } } }"))["errors"][0]["extensions"][
            "code"
        ] == "token_refused"


async def test_one_person_does_not_sign_for_both_sides(world: World) -> None:
    seller = await world.cooperative()
    person = (await seller.treasurer("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "controller", "municipalityId": seller.municipality_id}
    await world.network("POST", "/v1/offices", office)
    body = {"title": "v2", "activeFrom": "2031-01-01", "rules": [{"kind": "pot"}]}
    body |= {"examples": [{"name": "x", "net": "1", "expected": {"pot": "1"}}]}
    drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    place = f"/v1/agreements/{drafted['id']}"
    await seller.treasurer("POST", f"{place}/tests")
    await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
    refused = await seller.treasurer("POST", f"{place}/signatures", {"side": "municipality"}, status=403)
    assert refused["code"] == "second_person_needed"


async def test_the_treasurer_who_bought_does_not_touch_the_payment(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(seller.treasurer, await world.offering(seller))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    second = await world.officer("treasurer", cooperativeId=seller.id)
    payment = await second("POST", f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]})
    place = f"/v1/payments/{payment['id']}/reversals"
    for path, body in ((place, {"reason": "x"}), (f"/v1/orders/{order['id']}/refunds", {"reason": "x"})):
        assert (await seller.treasurer("POST", path, body, status=403))["code"] == "second_person_needed"
    await second("POST", place, {"reason": "verkeerde rekening"})


async def test_a_coordinator_learns_nothing_about_a_person_they_name(world: World) -> None:
    seller, issuer = await world.cooperative(), people_issuer(world.settings)
    secret = {"issuer": issuer, "subject": "p-geheim", "name": "Fatima Geheim", "email": "fatima@example.org"}
    await world.network("POST", "/v1/people", secret)
    typed = {"issuer": issuer, "subject": "p-geheim", "name": "Nieuw lid"}
    known = await seller.coordinator("POST", "/v1/people", typed)
    await seller.coordinator(
        "POST",
        f"/v1/cooperatives/{seller.id}/members",
        {"name": "Nieuw lid", "tradeName": "Nieuw", "personId": known["id"]},
    )
    refused = await seller.coordinator("GET", f"/v1/people/{known['id']}", status=404)
    assert "fatima" not in str(known | refused).lower()


async def test_holds_are_their_owners(world: World) -> None:
    """A person who is new has a hold of their own; the app it came through, and other people, have not."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=9)
    newcomer = world.person()
    place = f"/v1/offerings/{offering}/holds"
    hold = await newcomer("POST", place, {"quantity": 1})
    for stranger in (app, world.person(), await world.app()):
        await stranger("DELETE", f"/v1/holds/{hold['id']}", status=404)
        line = {"offeringId": offering, "quantity": 1, "holdId": hold["id"]}
        await stranger("POST", "/v1/orders", {"lines": [line], "contact": GUEST}, status=404)
    line = {"offeringId": offering, "quantity": 1, "holdId": hold["id"]}
    await newcomer("POST", "/v1/orders", {"lines": [line], "contact": GUEST})
    assert (await newcomer("GET", "/v1/me"))["person"]["name"] == GUEST["name"]
    theirs = await app("POST", place, {"quantity": 1})
    await app("DELETE", f"/v1/holds/{theirs['id']}")


async def test_a_visitors_key_leaves_no_row(world: World) -> None:
    before = await world.books_count("idempotency")
    body = {"lines": [{"offeringId": str(UUID(int=1)), "quantity": 1}], "contact": GUEST}
    await world.visitor("POST", "/v1/orders", body, status=401)
    assert await world.books_count("idempotency") == before

"""Where a cooperative pays its creditors: members set their own, the treasurer those of others; a second confirms."""

import asyncio

import pytest

from app.domain.access import Scope
from tests.scenarios.test_second_person import umbrella_of
from tests.world import IBAN, OTHER_IBAN, Caller, Json, Seller, World

NAME = "N. de Groot"


def member(seller: Seller) -> Json:
    return {"kind": "member", "id": seller.member_id}


def town(seller: Seller) -> Json:
    return {"kind": "municipality", "id": seller.municipality_id}


async def propose(who: Caller, seller: Seller, creditor: Json, iban: str = IBAN, status: int = 201) -> Json:
    body = {"creditor": creditor, "iban": iban, "name": NAME}
    proposed: Json = await who("POST", f"/v1/cooperatives/{seller.id}/payee-accounts", body, status=status)
    return proposed


async def decide(who: Caller, account: Json, verb: str = "confirm", status: int = 200) -> Json:
    place = f"/v1/payee-accounts/{account['id']}/transitions"
    decided: Json = await who("POST", place, {"verb": verb}, status=status)
    return decided


async def states(who: Caller, seller: Seller, query: str = "") -> list[tuple[str, str]]:
    """The ends of the IBANs with their states, newest first."""
    found = await who("GET", f"/v1/cooperatives/{seller.id}/payee-accounts{query}")
    return [(row["iban"][-4:], row["state"]) for row in found["items"]]


async def tasks(world: World, who: Caller) -> list[str]:
    """The open tasks about accounts, oldest first; each text can be read."""
    await world.work()
    found = (await who("GET", "/v1/tasks?limit=100"))["items"][::-1]
    assert all(task["text"] for task in found)
    return [task["what"] for task in found if task["what"].endswith(("_account", "_at_partner"))]


async def test_a_member_sets_theirs_and_a_second_person_confirms_it(world: World) -> None:
    seller = await world.cooperative()
    proposed = await propose(seller.member, seller, member(seller))
    assert (proposed["creditor"], proposed["iban"], proposed["name"], proposed["state"]) == (
        member(seller),
        IBAN,
        NAME,
        "proposed",
    )
    assert (await decide(seller.member, proposed, status=403))["code"] == "forbidden"
    assert (await decide(seller.treasurer, proposed, "withdraw", 403))["code"] == "forbidden"
    read = await seller.treasurer("GET", f"/v1/payee-accounts/{proposed['id']}")
    assert [(step["verb"], step["reason"]) for step in read["availableTransitions"]] == [
        ("confirm", None),
        ("withdraw", "forbidden"),
    ]
    done = await decide(seller.treasurer, proposed)
    assert (done["state"], done["iban"], done["confirmedAt"] is not None) == ("confirmed", IBAN, True)
    assert await states(seller.member, seller) == [("4300", "confirmed")]


async def test_nobody_sets_that_of_a_member_for_them(world: World) -> None:
    seller = await world.cooperative()
    other, _ = await world.member(seller)
    for who in (seller.treasurer, seller.coordinator, other):
        assert (await propose(who, seller, member(seller), status=403))["code"] == "forbidden"
    assert (await propose(seller.coordinator, seller, town(seller), status=403))["code"] == "forbidden"
    assert (await propose(seller.member, seller, town(seller), status=403))["code"] == "forbidden"


async def test_it_is_sealed_in_the_database(world: World) -> None:
    """Its words are in no column and in no event; after the member is erased nobody reads them."""
    seller = await world.cooperative()
    account = await propose(seller.member, seller, member(seller))
    await decide(seller.coordinator, account)
    await world.work()
    async with world.books.transaction() as tx:
        for table, where in (
            ("payee_account", f"id = '{account['id']}'"),
            ("outbox", f"subject_id = '{account['id']}'"),
            ("task", f"subject_id = '{account['id']}'"),
        ):
            rows = [
                str(row["row"])
                for row in await tx.rows(f"select to_jsonb(t)::text as row from {table} t where {where}")
            ]
            assert rows, table
            assert not any(word in row for row in rows for word in (IBAN, NAME)), table
        assert await tx.rows("select verb from idempotency where verb like '%payee_account'") == [], "no answer is kept"
    exported = await seller.member("GET", "/v1/me/export")
    assert [(row["iban"], row["name"]) for row in exported["payeeAccounts"]] == [(IBAN, NAME)]
    await seller.coordinator(
        "POST", f"/v1/members/{seller.member_id}/transitions", {"verb": "exit", "destination": "other"}
    )
    await seller.member("DELETE", "/v1/me", status=204)
    read = await seller.treasurer("GET", f"/v1/payee-accounts/{account['id']}")
    assert (read["iban"], read["name"], read["state"]) == (None, None, "confirmed")


async def test_the_treasurer_sets_those_of_others(world: World) -> None:
    seller, partner = await world.cooperative(), await world.cooperative()
    order = await world.order(world.person(), await world.offering(seller))
    shop = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/suppliers", {"name": "Verfhandel"})
    creditors: list[Json] = [
        {"kind": "supplier", "id": shop["id"]},
        town(seller),
        {"kind": "cooperative", "id": partner.id},
        {"kind": "cooperative", "id": seller.id},
        {"kind": "customer", "id": order["id"]},
    ]
    for creditor in creditors:
        account = await propose(seller.treasurer, seller, creditor)
        assert account["creditor"] == creditor
        assert (await decide(seller.treasurer, account, status=403))["code"] == "second_person_needed"
        assert (await decide(seller.coordinator, account))["state"] == "confirmed"
    assert await states(seller.treasurer, seller, f"?creditorId={partner.id}") == [("4300", "confirmed")]
    strangers: list[Json] = [
        {"kind": "customer", "id": seller.id},
        {"kind": "municipality", "id": seller.id},
        {"kind": "supplier", "id": seller.id},
        {"kind": "cooperative", "id": seller.municipality_id},
    ]
    for creditor in strangers:
        await propose(seller.treasurer, seller, creditor, status=404)
    foreign = await world.order(world.person(), await world.offering(partner))
    await propose(seller.treasurer, seller, {"kind": "customer", "id": foreign["id"]}, status=404)
    await propose(partner.member, seller, member(partner), status=404)


async def test_whoever_is_paid_and_all_officers_are_told_of_a_change(world: World) -> None:
    seller, partner = await world.cooperative(), await world.cooperative()
    account = await propose(seller.member, seller, member(seller))
    for who in (seller.coordinator, seller.treasurer):
        assert await tasks(world, who) == ["confirm_payee_account"]
    await decide(seller.treasurer, account)
    for who in (seller.coordinator, seller.treasurer):
        assert await tasks(world, who) == ["know_of_payee_account"]
    assert await tasks(world, seller.member) == ["know_of_own_account"]
    shared = await propose(seller.treasurer, seller, {"kind": "cooperative", "id": partner.id})
    await decide(seller.coordinator, shared)
    assert await tasks(world, partner.treasurer) == ["know_of_account_at_partner"]
    assert await tasks(world, seller.member) == ["know_of_own_account"]


async def test_another_one_replaces_it_and_each_creditor_has_their_own(world: World) -> None:
    seller = await world.cooperative()
    await decide(seller.coordinator, await propose(seller.member, seller, member(seller)))
    await decide(seller.coordinator, await propose(seller.treasurer, seller, town(seller)))
    newer = await propose(seller.member, seller, member(seller), OTHER_IBAN)
    assert await states(seller.member, seller) == [("9876", "proposed"), ("4300", "confirmed")]
    await decide(seller.coordinator, newer)
    assert await states(seller.member, seller) == [("9876", "confirmed"), ("4300", "replaced")]
    assert await states(seller.treasurer, seller, "?state=confirmed") == [("9876", "confirmed"), ("4300", "confirmed")]


async def test_a_newer_proposal_withdraws_the_open_one(world: World) -> None:
    seller = await world.cooperative()
    first = await propose(seller.member, seller, member(seller))
    await propose(seller.member, seller, member(seller), OTHER_IBAN)
    assert await states(seller.member, seller) == [("9876", "proposed"), ("4300", "withdrawn")]
    assert (await decide(seller.coordinator, first, status=409))["code"] == "wrong_state"
    assert await tasks(world, seller.coordinator) == ["confirm_payee_account"]


async def test_it_is_withdrawn_by_whoever_may_set_it(world: World) -> None:
    """One that stands too: then the cooperative pays to none."""
    seller = await world.cooperative()
    account = await propose(seller.member, seller, member(seller))
    await decide(seller.coordinator, account)
    assert (await decide(seller.treasurer, account, "withdraw", 403))["code"] == "forbidden"
    assert (await decide(seller.member, account, "withdraw"))["state"] == "withdrawn"
    assert await tasks(world, seller.member) == ["know_of_own_account", "know_of_own_account"]
    shared = await propose(seller.treasurer, seller, town(seller))
    assert (await decide(seller.coordinator, shared, "withdraw", 403))["code"] == "forbidden"
    assert (await decide(seller.treasurer, shared, "withdraw"))["state"] == "withdrawn"


async def test_a_member_who_left_still_sets_theirs(world: World) -> None:
    seller = await world.cooperative()
    leave = {"verb": "exit", "destination": "other"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", leave)
    account = await propose(seller.member, seller, member(seller))
    assert (await decide(seller.treasurer, account))["state"] == "confirmed"


async def test_an_officer_who_is_paid_confirms_nothing_of_themselves(world: World) -> None:
    seller = await world.cooperative()
    person_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    account = await propose(seller.member, seller, member(seller))
    assert (await decide(seller.member, account, status=403))["code"] == "second_person_needed"
    assert (await decide(seller.treasurer, account))["state"] == "confirmed"


async def test_second_persons_from_outside_confirm_it(world: World) -> None:
    """The outside approver and officers of the umbrella read it, and decide; they propose none."""
    seller = await world.cooperative()
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    for who, iban in ((approver, IBAN), (umbrella.coordinator, OTHER_IBAN), (umbrella.treasurer, IBAN)):
        account = await propose(seller.member, seller, member(seller), iban)
        assert (await states(who, seller, "?state=proposed")) == [(iban[-4:], "proposed")]
        assert (await who("GET", f"/v1/payee-accounts/{account['id']}"))["iban"] == iban
        await propose(who, seller, town(seller), status=403)
        assert (await decide(who, account, "withdraw", 403))["code"] == "forbidden"
        assert (await decide(who, account))["state"] == "confirmed"


async def test_nobody_else_sees_it(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    colleague, _ = await world.member(seller)
    account = await propose(seller.member, seller, member(seller))
    place, listed = f"/v1/payee-accounts/{account['id']}", f"/v1/cooperatives/{seller.id}/payee-accounts"
    for who in (other.treasurer, other.member, seller.controller, world.network):
        await who("GET", place, status=404)
        await who("GET", listed, status=404)
        await decide(who, account, status=404)
    assert (await colleague("GET", listed))["items"] == []
    await colleague("GET", place, status=404)
    narrow = world.person(seller.treasurer.login, frozenset({Scope.LEDGER_READ}))
    assert (await decide(narrow, account, status=403))["code"] == "scope_missing"


async def test_of_two_who_decide_at_once_one_does(world: World) -> None:
    seller = await world.cooperative()
    account = await propose(seller.member, seller, member(seller))
    place = f"/v1/payee-accounts/{account['id']}/transitions"

    async def confirm(who: Caller) -> int:
        sent = {"Authorization": f"Bearer {who.token}"}
        return (await world.client.post(place, json={"verb": "confirm"}, headers=sent)).status_code

    done = await asyncio.gather(confirm(seller.coordinator), confirm(seller.treasurer))
    assert sorted(done) == [200, 409]


async def test_both_faces_set_it_and_lead_to_the_creditor(world: World) -> None:
    seller = await world.cooperative()
    document = """mutation It($id: UUID!, $input: ProposePayeeAccountInput!) {
      proposePayeeAccount(cooperativeId: $id, input: $input) { id state iban } }"""
    paid = {"kind": "MEMBER", "id": seller.member_id}
    given = {"creditor": paid, "iban": IBAN, "name": NAME}
    proposed = await seller.member.graphql(document, id=seller.id, input=given)
    account = proposed["data"]["proposePayeeAccount"]
    assert (account["state"], account["iban"]) == ("PROPOSED", IBAN)
    query = """query It($id: UUID!) {
      payeeAccount(id: $id) { iban name creditor { kind id node { ... on Member { tradeName } } } }
      node(id: $id) { ... on PayeeAccount { iban } } }"""
    found = await seller.treasurer.graphql(query, id=account["id"])
    leads = paid | {"node": {"tradeName": "De Groene Hoek"}}
    assert found["data"] == {
        "payeeAccount": {"iban": IBAN, "name": NAME, "creditor": leads},
        "node": {"iban": IBAN},
    }


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"iban": "NL91ABNA0417164301"}, ("iban", "iban_malformed")),
        ({"name": "🌻 12"}, ("name", "name_without_letter")),
        ({"name": "x" * 71}, ("name", "string_too_long")),
        ({"name": "щ" * 40}, ("name", "name_too_long_for_banks")),
        ({"creditor": {"kind": "bank", "id": IBAN}}, ("creditor.kind", "enum")),
    ],
)
async def test_what_is_typed_wrong_is_told_by_its_field(world: World, given: Json, fault: tuple[str, str]) -> None:
    seller = await world.cooperative()
    body = {"creditor": member(seller), "iban": IBAN, "name": NAME} | given
    refused = await seller.member("POST", f"/v1/cooperatives/{seller.id}/payee-accounts", body, status=400)
    assert (refused["errors"][0]["field"], refused["errors"][0]["code"]) == fault

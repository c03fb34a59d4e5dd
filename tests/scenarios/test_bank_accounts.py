"""Where customers pay: the treasurer proposes an account, a second person confirms it, and all officers are told."""

import pytest

from app.domain.access import Scope
from tests.scenarios.test_second_person import statuses, umbrella_of
from tests.world import IBAN, OTHER_IBAN, Caller, Json, Seller, World

NAME = "Coöperatie De Vrije Uitloop U.A."


async def propose(who: Caller, seller: Seller, iban: str = IBAN, status: int = 201) -> Json:
    body = {"iban": iban, "name": NAME}
    proposed: Json = await who("POST", f"/v1/cooperatives/{seller.id}/bank-accounts", body, status=status)
    return proposed


async def decide(who: Caller, account: Json, verb: str = "confirm", status: int = 200) -> Json:
    place = f"/v1/bank-accounts/{account['id']}/transitions"
    decided: Json = await who("POST", place, {"verb": verb}, status=status)
    return decided


async def shown(world: World, seller: Seller) -> tuple[str | None, str | None]:
    """The account that everybody sees."""
    found = await world.visitor("GET", f"/v1/cooperatives/{seller.id}")
    return found["iban"], found["ibanName"]


async def states(seller: Seller) -> list[tuple[str, str]]:
    """The ends of the IBANs with their states, newest first."""
    found = await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/bank-accounts")
    return [(row["iban"][-4:], row["state"]) for row in found["items"]]


async def tasks(world: World, who: Caller) -> list[tuple[str, str]]:
    """The open tasks about bank accounts, with the end of the IBAN, oldest first."""
    await world.work()
    found = (await who("GET", "/v1/tasks?limit=100"))["items"]
    return [(task["what"], task["facts"]["ending"]) for task in found[::-1] if "ending" in task["facts"]]


async def test_everybody_sees_it_once_a_second_person_has_confirmed_it(world: World) -> None:
    seller = await world.cooperative()
    proposed = await propose(seller.treasurer, seller)
    assert (proposed["state"], proposed["confirmedAt"], proposed["iban"], proposed["name"]) == (
        "proposed",
        None,
        IBAN,
        NAME,
    )
    assert await shown(world, seller) == (None, None)
    assert (await decide(seller.treasurer, proposed, status=403))["code"] == "second_person_needed"
    read = await seller.coordinator("GET", f"/v1/bank-accounts/{proposed['id']}")
    assert [(step["verb"], step["reason"]) for step in read["availableTransitions"]] == [
        ("confirm", None),
        ("withdraw", "forbidden"),
    ]
    done = await decide(seller.coordinator, proposed)
    assert (done["state"], done["confirmedAt"] is not None, done["forCustomers"]) == ("confirmed", True, True)
    assert await shown(world, seller) == (IBAN, NAME)


async def test_both_faces_set_it(world: World) -> None:
    seller = await world.cooperative()
    document = """mutation It($id: UUID!, $input: ProposeBankAccountInput!) {
      proposeBankAccount(cooperativeId: $id, input: $input, idempotencyKey: "a") { id state } }"""
    proposed = await seller.treasurer.graphql(document, id=seller.id, input={"iban": IBAN, "name": "Wij"})
    account = proposed["data"]["proposeBankAccount"]
    document = """mutation It($id: UUID!) {
      moveBankAccount(id: $id, input: { verb: CONFIRM }, idempotencyKey: "b") { state } }"""
    done = await seller.coordinator.graphql(document, id=account["id"])
    assert done["data"]["moveBankAccount"] == {"state": "CONFIRMED"}
    query = """query It($id: UUID!) {
      cooperative(id: $id) { iban ibanName }
      bankAccounts(cooperativeId: $id) { edges { node { iban name state } } } }"""
    found = await seller.coordinator.graphql(query, id=seller.id)
    assert found["data"] == {
        "cooperative": {"iban": IBAN, "ibanName": "Wij"},
        "bankAccounts": {"edges": [{"node": {"iban": IBAN, "name": "Wij", "state": "CONFIRMED"}}]},
    }


async def test_all_officers_are_told_of_a_change(world: World) -> None:
    seller = await world.cooperative()
    second = await world.officer("treasurer", cooperativeId=seller.id)
    officers = (seller.coordinator, seller.treasurer, second)
    proposed = await propose(seller.treasurer, seller)
    for who in officers:
        assert await tasks(world, who) == [("confirm_bank_account", "4300")]
    await decide(second, proposed)
    for who in officers:
        assert await tasks(world, who) == [("know_of_bank_account", "4300")]
    told = (await seller.coordinator("GET", "/v1/tasks"))["items"][0]
    assert "4300" in told["text"]
    assert await tasks(world, seller.member) == []


async def test_another_one_replaces_it(world: World) -> None:
    """Until it is confirmed customers pay to the one of before."""
    seller = await world.cooperative()
    await decide(seller.coordinator, await propose(seller.treasurer, seller))
    other = await propose(seller.treasurer, seller, OTHER_IBAN)
    assert await shown(world, seller) == (IBAN, NAME)
    await decide(seller.coordinator, other)
    assert await shown(world, seller) == (OTHER_IBAN, NAME)
    assert await states(seller) == [("9876", "confirmed"), ("4300", "replaced")]
    assert await tasks(world, seller.coordinator) == [
        ("know_of_bank_account", "4300"),
        ("know_of_bank_account", "9876"),
    ]


async def test_a_newer_proposal_withdraws_the_open_one(world: World) -> None:
    seller = await world.cooperative()
    first = await propose(seller.treasurer, seller)
    assert await tasks(world, seller.coordinator) == [("confirm_bank_account", "4300")]
    newer = await propose(seller.treasurer, seller, OTHER_IBAN)
    assert await states(seller) == [("9876", "proposed"), ("4300", "withdrawn")]
    assert await tasks(world, seller.coordinator) == [("confirm_bank_account", "9876")]
    assert (await decide(seller.coordinator, first, status=409))["code"] == "wrong_state"
    listed = await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/bank-accounts?state=proposed")
    assert [row["id"] for row in listed["items"]] == [newer["id"]]


async def test_the_treasurer_withdraws_a_proposal(world: World) -> None:
    seller = await world.cooperative()
    proposed = await propose(seller.treasurer, seller)
    assert (await decide(seller.coordinator, proposed, "withdraw", 403))["code"] == "forbidden"
    assert (await decide(seller.treasurer, proposed, "withdraw"))["state"] == "withdrawn"
    assert await tasks(world, seller.coordinator) == []
    assert await shown(world, seller) == (None, None)


async def more(who: Caller, seller: Seller, iban: str, status: int = 201) -> Json:
    """Proposes an account that is not for customers."""
    body = {"iban": iban, "name": NAME, "forCustomers": False}
    proposed: Json = await who("POST", f"/v1/cooperatives/{seller.id}/bank-accounts", body, status=status)
    return proposed


async def test_customers_keep_an_account(world: World) -> None:
    """Theirs becomes one more account only once they pay to another."""
    seller = await world.cooperative()
    await decide(seller.coordinator, await propose(seller.treasurer, seller))
    waits = await propose(seller.treasurer, seller, OTHER_IBAN)
    refused = await more(seller.treasurer, seller, IBAN, 422)
    assert (refused["code"], refused["facts"]["rule"]) == ("rule_refused", "customers_pay_there")
    assert await shown(world, seller) == (IBAN, NAME)
    assert await states(seller) == [("9876", "proposed"), ("4300", "confirmed")]
    await decide(seller.coordinator, waits)
    await decide(seller.coordinator, await more(seller.treasurer, seller, IBAN))
    assert await shown(world, seller) == (OTHER_IBAN, NAME)
    await more(seller.treasurer, seller, OTHER_IBAN, 422)


async def test_a_cooperative_has_several(world: World) -> None:
    """Customers pay to one; the others are nobody else's business, and are closed when the bank has them no more."""
    seller = await world.cooperative()
    await decide(seller.coordinator, await propose(seller.treasurer, seller))
    first, second = [await more(seller.treasurer, seller, iban) for iban in (OTHER_IBAN, "BE68539007547034")]
    for account in (first, second):
        await decide(seller.coordinator, account)
    assert await shown(world, seller) == (IBAN, NAME)
    assert await states(seller) == [("7034", "confirmed"), ("9876", "confirmed"), ("4300", "confirmed")]
    assert await tasks(world, seller.coordinator) == [
        ("know_of_bank_account", "4300"),
        ("know_of_added_account", "9876"),
        ("know_of_added_account", "7034"),
    ]
    await world.visitor("GET", f"/v1/bank-accounts/{first['id']}", status=401)
    await seller.member("GET", f"/v1/bank-accounts/{first['id']}", status=404)
    assert (await decide(seller.coordinator, first, "close", 403))["code"] == "forbidden"
    assert (await decide(seller.treasurer, first, "close"))["state"] == "closed"
    # The other one becomes that of the customers.
    await decide(seller.coordinator, await propose(seller.treasurer, seller, "BE68539007547034"))
    assert await shown(world, seller) == ("BE68539007547034", NAME)
    assert await states(seller) == [
        ("7034", "confirmed"),
        ("7034", "replaced"),
        ("9876", "closed"),
        ("4300", "replaced"),
    ]


async def test_where_customers_pay_is_not_closed(world: World) -> None:
    seller = await world.cooperative()
    account = await seller.pays_to()
    refused = await decide(seller.treasurer, account, "close", 409)
    assert (refused["code"], refused["facts"]["reason"]) == ("wrong_state", "customers_pay_there")


async def test_second_persons_from_outside_confirm_it(world: World) -> None:
    """The outside approver and officers of the umbrella read it, and decide; they propose none."""
    seller = await world.cooperative()
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    for who, iban in ((approver, IBAN), (umbrella.coordinator, OTHER_IBAN), (umbrella.treasurer, IBAN)):
        proposed = await propose(seller.treasurer, seller, iban)
        place = f"/v1/cooperatives/{seller.id}/bank-accounts?state=proposed"
        assert [row["id"] for row in (await who("GET", place))["items"]] == [proposed["id"]]
        await propose(who, seller, status=403)
        assert (await decide(who, proposed, "withdraw", 403))["code"] == "forbidden"
        assert (await decide(who, proposed))["state"] == "confirmed"
        assert (await shown(world, seller))[0] == iban


async def test_nobody_else_does(world: World) -> None:
    seller = await world.cooperative()
    umbrella = await umbrella_of(world, seller)
    above, other = await umbrella_of(world, umbrella), await world.cooperative()
    proposed = await propose(seller.treasurer, seller)
    place, listed = f"/v1/bank-accounts/{proposed['id']}", f"/v1/cooperatives/{seller.id}/bank-accounts"
    officers = (await world.approver(umbrella.id), above.treasurer, other.treasurer, seller.controller)
    outside = (*officers, umbrella.member, world.network)
    for who in outside:
        await who("GET", place, status=404)
        await who("GET", listed, status=404)
        await decide(who, proposed, status=404)
        await propose(who, seller, status=404)
    await seller.member("GET", listed, status=403)
    await decide(seller.member, proposed, status=404)
    for who in (seller.member, seller.coordinator):
        await propose(who, seller, status=403)
    narrow = world.person(seller.coordinator.login, frozenset({Scope.ORDERS_READ}))
    assert (await decide(narrow, proposed, status=403))["code"] == "scope_missing"
    await decide(seller.coordinator, proposed)
    # Everybody sees the account now, but not who set it and when.
    for who, status in (*((who, 404) for who in outside), (seller.member, 403)):
        await who("GET", place, status=status)
        await decide(who, proposed, status=status)


async def test_of_two_who_confirm_at_once_one_does(world: World) -> None:
    seller = await world.cooperative()
    umbrella, proposed = await umbrella_of(world, seller), await propose(seller.treasurer, seller)
    place = f"/v1/bank-accounts/{proposed['id']}/transitions"
    asked = [(who, place) for who in (seller.coordinator, umbrella.coordinator, umbrella.treasurer)]
    assert sorted(await statuses(world, {"verb": "confirm"}, *asked)) == [200, 409, 409]
    assert await tasks(world, seller.treasurer) == [("know_of_bank_account", "4300")]


async def test_of_two_proposals_at_once_the_later_waits(world: World) -> None:
    seller = await world.cooperative()
    second = await world.officer("treasurer", cooperativeId=seller.id)
    place = f"/v1/cooperatives/{seller.id}/bank-accounts"
    body = {"iban": IBAN, "name": NAME}
    assert await statuses(world, body, (seller.treasurer, place), (second, place)) == [201, 201]
    assert sorted(await states(seller)) == [("4300", "proposed"), ("4300", "withdrawn")]


async def test_blanks_and_small_letters_are_accepted(world: World) -> None:
    seller = await world.cooperative()
    for typed in ("nl91 abna 0417 1643 00", " NL91ABNA0417164300 "):
        assert (await propose(seller.treasurer, seller, typed))["iban"] == IBAN
    assert (await propose(seller.treasurer, seller, "BE68 5390 0754 7034"))["iban"] == "BE68539007547034"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"iban": "NL91ABNA0417164301"}, ("iban", "iban_malformed")),
        ({"iban": "NL91ABNA041716430"}, ("iban", "iban_malformed")),
        ({"iban": "XX91ABNA0417164300"}, ("iban", "iban_malformed")),
        ({"iban": "0417164300"}, ("iban", "string_pattern_mismatch")),
        ({"iban": "  "}, ("iban", "string_pattern_mismatch")),
        ({"iban": None}, ("iban", "string_type")),
        ({"name": ""}, ("name", "string_too_short")),
        ({"name": "x" * 71}, ("name", "string_too_long")),
        ({"name": "Noor 111222333"}, ("name", "citizen_number_in_text")),
    ],
)
async def test_what_is_typed_wrong_is_told_by_its_field(world: World, given: Json, fault: tuple[str, str]) -> None:
    seller = await world.cooperative()
    body = {"iban": IBAN, "name": NAME} | given
    refused = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/bank-accounts", body, status=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [fault]

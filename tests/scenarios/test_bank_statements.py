"""Bank statements: typed and confirmed by a second person, or files that overlap and come twice."""

import asyncio

import pytest

from tests.scenarios.statements import (
    CLERK,
    camt,
    entry,
    line,
    lines_of,
    move,
    of_bank,
    send,
    stated,
    statement,
    type_in,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_second_person import tasks, umbrella_of
from tests.world import IBAN, OTHER_IBAN, Json, Seller, World

MARCH = ("2026-03-01", "2026-03-31")


async def with_account(world: World) -> Seller:
    seller = await world.cooperative()
    await seller.pays_to()
    return seller


async def test_a_typed_statement_is_in_the_books_once_a_second_person_confirmed_it(world: World) -> None:
    seller = await with_account(world)
    came = line("2026-03-10", "242.00", "bestelling SMKKT5DN", counterpartyIban=CLERK, counterpartyName="T. Klant")
    went = line("2026-03-11", "-60.50", "huur", reference="RF84SMKKT5DN")
    typed = await type_in(seller, statement(*MARCH, "100.00", came, went))
    assert (typed["state"], typed["closing"]["amount"], typed["source"]) == ("proposed", "281.50", "typed")
    assert [(one["amount"]["amount"], one["reference"]) for one in typed["lines"]] == [
        ("242.00", None),
        ("-60.50", "RF84SMKKT5DN"),
    ]
    assert (await lines_of(seller), "bank" in await world.balances(seller)) == ([], False)
    assert "confirm_bank_statement" in await tasks(world, seller.coordinator)
    done = await move(seller.coordinator, typed)
    assert (done["state"], done["availableTransitions"]) == ("confirmed", [])
    assert "confirm_bank_statement" not in await tasks(world, seller.coordinator)
    shown = [
        (one["day"], one["amount"]["amount"], one["left"]["amount"], one["state"]) for one in await lines_of(seller)
    ]
    assert shown == [
        ("2026-03-11", "-60.50", "-60.50", "open"),
        ("2026-03-10", "242.00", "242.00", "open"),
        ("2026-03-01", "100.00", "100.00", "open"),
    ]
    first = await lines_of(seller, "until=2026-03-10")
    assert (first[0]["text"], first[0]["counterpartyName"]) == ("bestelling SMKKT5DN", "T. Klant")
    assert [one["isDifference"] for one in first] == [False, True]
    assert (await lines_of(seller, "since=2026-03-11"))[0]["text"] == "huur\nRF84SMKKT5DN"
    held = await world.balances(seller)
    assert (held["bank"], held["suspense"]) == ("-281.50", "281.50")
    await books_are_right(world)


async def test_who_typed_it_does_not_confirm_it(world: World) -> None:
    seller = await with_account(world)
    second = await world.officer("treasurer", cooperativeId=seller.id)
    typed = await type_in(seller, statement(*MARCH, "0.00"), by=second)
    refused = await move(second, typed, status=403)
    assert refused["code"] == "second_person_needed"
    assert (await move(seller.coordinator, typed, "withdraw", 403))["code"] == "forbidden"
    assert (await move(seller.treasurer, typed))["state"] == "confirmed"


async def test_second_persons_from_outside_confirm_one_and_see_no_lines(world: World) -> None:
    seller = await with_account(world)
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    for who, month in ((approver, "03"), (umbrella.treasurer, "04")):
        typed = await type_in(seller, statement(f"2026-{month}-01", f"2026-{month}-28", "0.00"))
        place = f"/v1/cooperatives/{seller.id}"
        found = await who("GET", f"{place}/bank-statements?state=proposed")
        assert [one["id"] for one in found["items"]] == [typed["id"]]
        await who("GET", f"{place}/bank-lines", status=404 if who is umbrella.treasurer else 403)
        await type_in(seller, statement(*MARCH, "0.00"), by=who, status=403)
        assert (await move(who, typed))["state"] == "confirmed"
    file = camt(of_bank("2026-05-01", "2026-05-01", "0.00"))
    await send(seller.treasurer, seller, file)
    assert len((await approver("GET", f"{place}/bank-statements"))["items"]) == 2
    assert len((await seller.coordinator("GET", f"{place}/bank-statements"))["items"]) == 3
    await books_are_right(world)


async def test_typed_ones_are_confirmed_in_another_order(world: World) -> None:
    """Of two of the same days the fuller one is typed first and confirmed last, at the same moment."""
    seller = await with_account(world)
    early, late = line("2026-03-10", "5.00", "a"), line("2026-03-31", "7.00", "b")
    with world.clock.at("2026-04-02"):
        fuller = await type_in(seller, statement(*MARCH, "0.00", early, late))
        shorter = await type_in(seller, statement(*MARCH, "0.00", early))
        for typed in (shorter, fuller):
            await move(seller.coordinator, typed)
        assert len(await lines_of(seller)) == 2
        await books_are_right(world)
        await stated(seller, "2026-04-01", "2026-04-02", "12.00", line("2026-04-01", "1.00"))
    assert (await world.balances(seller))["bank"] == "-13.00"
    await books_are_right(world)


async def test_a_withdrawn_statement_leaves_nothing(world: World) -> None:
    seller = await with_account(world)
    typed = await type_in(seller, statement(*MARCH, "0.00", line("2026-03-02", "5.00")))
    assert (await move(seller.treasurer, typed, "withdraw"))["state"] == "withdrawn"
    assert await lines_of(seller) == []
    await stated(seller, *MARCH, "1.00")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"closing": {"amount": "6.00"}}, "statement_does_not_add_up"),
        ({"iban": OTHER_IBAN}, "statement_unreadable"),
        ({"firstOn": "2026-03-11"}, "day_out_of_range"),
        ({"lastOn": "2026-03-09"}, "day_out_of_range"),
        ({"lines": [line("2026-03-10", "0.00")], "closing": {"amount": "0.00"}}, "rule_refused"),
        ({"firstOn": "2025-12-31"}, "day_out_of_range"),
    ],
)
async def test_what_is_typed_wrong_is_refused(world: World, change: Json, code: str) -> None:
    seller = await with_account(world)
    body = statement(*MARCH, "0.00", line("2026-03-10", "5.00")) | change
    assert (await type_in(seller, body, status=422))["code"] == code


async def test_a_file_brings_its_lines_and_the_same_file_again_nothing(world: World) -> None:
    seller = await with_account(world)
    entries = entry("2026-03-10", "7.00", "koffie"), entry("2026-03-10", "7.00", "koffie"), entry("2026-03-11", "-2.00")
    strange = of_bank("2026-03-10", "2026-03-10", "5.00", iban=OTHER_IBAN)
    file = camt(of_bank("2026-03-10", "2026-03-11", "0.00", *entries), strange)
    brought = await send(seller.treasurer, seller, file)
    assert (brought["linesAdded"], brought["leftOut"]) == (3, [OTHER_IBAN])
    assert [(one["source"], one["state"]) for one in brought["statements"]] == [("file", "confirmed")]
    again = await send(seller.treasurer, seller, file)
    assert (again["linesAdded"], again["statements"]) == (0, [])
    assert (await world.balances(seller))["bank"] == "-12.00"
    assert OTHER_IBAN not in str(await lines_of(seller))
    await books_are_right(world)


async def test_the_newest_day_gains_lines_and_an_older_one_does_not(world: World) -> None:
    seller = await with_account(world)
    noon, later = entry("2026-03-10", "1.00", "a"), entry("2026-03-10", "2.00", "b")
    next_day = entry("2026-03-11", "3.00", "c")
    await send(seller.treasurer, seller, camt(of_bank("2026-03-10", "2026-03-10", "0.00", noon)))
    both = camt(
        of_bank("2026-03-10", "2026-03-10", "0.00", noon, later), of_bank("2026-03-11", "2026-03-11", "3.00", next_day)
    )
    assert (await send(seller.treasurer, seller, both))["linesAdded"] == 2
    for entries in ((noon,), (noon, later, entry("2026-03-10", "4.00"))):
        wrong = camt(of_bank("2026-03-10", "2026-03-10", "0.00", *entries))
        refused = await send(seller.treasurer, seller, wrong, 409)
        assert (refused["code"], refused["facts"]["day"]) == ("statement_differs", "2026-03-10")
    assert (await world.balances(seller))["bank"] == "-6.00"


async def test_a_gap_says_what_is_missing(world: World) -> None:
    """Weekends have no statements: the one of Monday joins on by its balance."""
    seller = await with_account(world)
    await send(
        seller.treasurer, seller, camt(of_bank("2026-01-30", "2026-01-30", "10.00", entry("2026-01-30", "5.00")))
    )
    gap = camt(of_bank("2026-02-03", "2026-02-03", "20.00", entry("2026-02-03", "1.00")))
    refused = await send(seller.treasurer, seller, gap, 409)
    assert (refused["code"], refused["facts"]) == (
        "statement_gap",
        {"after": "2026-01-30", "expected_cents": 1500, "stated_cents": 2000},
    )
    assert "€15.00" in refused["detail"]
    monday = of_bank("2026-02-02", "2026-02-02", "15.00", entry("2026-02-02", "5.00"))
    tuesday = of_bank("2026-02-03", "2026-02-03", "20.00", entry("2026-02-03", "1.00"))
    assert (await send(seller.treasurer, seller, camt(tuesday, monday)))["linesAdded"] == 2
    earlier = camt(of_bank("2026-01-29", "2026-01-29", "10.00"))
    assert (await send(seller.treasurer, seller, earlier, 422))["code"] == "day_out_of_range"


async def test_a_file_is_taken_as_a_whole_or_not_at_all(world: World) -> None:
    seller = await with_account(world)
    good = of_bank("2026-03-10", "2026-03-10", "0.00", entry("2026-03-10", "5.00"))
    wrong = of_bank("2026-03-11", "2026-03-11", "6.00", entry("2026-03-11", "5.00"))
    assert (await send(seller.treasurer, seller, camt(good, wrong), 409))["code"] == "statement_gap"
    assert (await lines_of(seller), "bank" in await world.balances(seller)) == ([], False)
    others = camt(of_bank("2026-03-10", "2026-03-10", "0.00", iban=OTHER_IBAN))
    refused = await send(seller.treasurer, seller, others, 422)
    assert (refused["code"], refused["facts"]["ibans"]) == ("statement_unreadable", [OTHER_IBAN])
    assert (await send(seller.coordinator, seller, b"", 403))["code"] == "forbidden"
    assert (await send(seller.treasurer, seller, b":20:MT940", 422))["code"] == "statement_unreadable"


async def test_of_two_who_send_a_file_at_once_its_lines_come_once(world: World) -> None:
    seller = await with_account(world)
    second = await world.officer("treasurer", cooperativeId=seller.id)
    file = camt(of_bank("2026-03-10", "2026-03-11", "0.00", entry("2026-03-10", "5.00"), entry("2026-03-11", "6.00")))
    brought = await asyncio.gather(*(send(who, seller, file) for who in (seller.treasurer, second, seller.treasurer)))
    assert sorted(one["linesAdded"] for one in brought) == [0, 0, 2]
    assert (await world.balances(seller))["bank"] == "-11.00"
    await books_are_right(world)


async def test_a_line_waits_with_a_reason(world: World) -> None:
    seller = await with_account(world)
    await stated(seller, *MARCH, "0.00", line("2026-03-02", "5.00", "wie is dit"), line("2026-03-03", "6.00"))
    newest, oldest = await lines_of(seller, "state=open")
    place = f"/v1/bank-lines/{oldest['id']}"
    assert (await seller.treasurer("POST", f"{place}/parkings", {"reason": ""}, status=400))["code"] == "bad_request"
    parked = await seller.treasurer("POST", f"{place}/parkings", {"reason": "wacht op de bank"})
    assert (parked["state"], parked["parkedReason"]) == ("parked", "wacht op de bank")
    assert [one["id"] for one in await lines_of(seller, "state=open")] == [newest["id"]]
    assert [one["id"] for one in await lines_of(seller, "state=parked")] == [oldest["id"]]
    assert await lines_of(seller, "state=placed") == []
    assert (await seller.treasurer("GET", place))["parkedReason"] == "wacht op de bank"
    await seller.coordinator("POST", f"{place}/parkings", {"reason": "x"}, status=403)
    assert [one["iban"] for one in await lines_of(seller, f"iban={IBAN}")] == [IBAN, IBAN]
    assert await lines_of(seller, f"iban={OTHER_IBAN}") == []


async def test_both_faces_type_read_and_park(world: World) -> None:
    seller = await with_account(world)
    document = """mutation It($id: UUID!, $input: ProposeBankStatementInput!) {
      proposeBankStatement(cooperativeId: $id, input: $input, idempotencyKey: "a") {
        id state lines { amount { amount } } } }"""
    body = statement(*MARCH, "0.00", line("2026-03-02", "5.00", "x"))
    typed = await seller.treasurer.graphql(document, id=seller.id, input=body)
    found = typed["data"]["proposeBankStatement"]
    assert (found["state"], found["lines"]) == ("PROPOSED", [{"amount": {"amount": "5.00"}}])
    document = """mutation It($id: UUID!) {
      moveBankStatement(id: $id, input: { verb: CONFIRM }, idempotencyKey: "b") { state } }"""
    done = await seller.coordinator.graphql(document, id=found["id"])
    assert done["data"]["moveBankStatement"] == {"state": "CONFIRMED"}
    query = (
        "query It($id: UUID!) { bankLines(cooperativeId: $id, state: OPEN) { edges { node { id left { amount } } } } }"
    )
    seen = await seller.treasurer.graphql(query, id=seller.id)
    (edge,) = seen["data"]["bankLines"]["edges"]
    assert edge["node"]["left"] == {"amount": "5.00"}
    document = """mutation It($id: UUID!) {
      parkBankLine(id: $id, input: { reason: "later" }, idempotencyKey: "c") { state } }"""
    parked = await seller.treasurer.graphql(document, id=edge["node"]["id"])
    assert parked["data"]["parkBankLine"] == {"state": "PARKED"}

"""Who confirms a bank account, and what a cooperative needs before it issues invoices."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.errors import DomainError, SecondPersonNeeded, WrongState
from app.domain.people.addresses import PostalAddress
from app.domain.people.bank_accounts import BANK_ACCOUNT, BankAccount, BankAccountState, BankAccountVerb, decide
from app.domain.people.cooperatives import Cooperative, LegalForm
from app.domain.transitions import Case, available

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
ACCOUNT = BankAccount(
    id=uuid4(),
    cooperative_id=uuid4(),
    iban="NL91ABNA0417164300",
    name="De Vrije Uitloop",
    proposed_by=uuid4(),
    proposed_at=NOW,
    umbrella_id=uuid4(),
)
CONFIRM, WITHDRAW = BankAccountVerb.CONFIRM, BankAccountVerb.WITHDRAW


def officer(role: Role, place: UUID | None = ACCOUNT.cooperative_id, person_id: UUID | None = None) -> Actor:
    return Actor(
        person_id=person_id or uuid4(),
        subject="x",
        scopes=frozenset(Scope),
        holdings=(Holding(role, place),),
    )


@pytest.mark.parametrize(
    ("by", "confirm", "withdraw"),
    [
        (officer(Role.TREASURER), None, None),
        (officer(Role.TREASURER, person_id=ACCOUNT.proposed_by), "second_person_needed", None),
        (officer(Role.COORDINATOR), None, "forbidden"),
        (officer(Role.APPROVER), None, "forbidden"),
        (officer(Role.TREASURER, ACCOUNT.umbrella_id), None, "forbidden"),
        (officer(Role.COORDINATOR, ACCOUNT.umbrella_id), None, "forbidden"),
        (officer(Role.APPROVER, ACCOUNT.umbrella_id), "forbidden", "forbidden"),
        (officer(Role.TREASURER, uuid4()), "forbidden", "forbidden"),
        (officer(Role.NETWORK, None), "forbidden", "forbidden"),
    ],
)
def test_who_may_decide(by: Actor, confirm: str | None, withdraw: str | None) -> None:
    reasons = {step.verb: step.reason for step in available(BANK_ACCOUNT, Case(ACCOUNT, by, NOW))}
    assert reasons == {"confirm": confirm, "withdraw": withdraw}


def test_the_second_person_stands_on_it() -> None:
    by = officer(Role.COORDINATOR)
    done = decide(Case(ACCOUNT, by, NOW), CONFIRM)
    assert (done.state, done.confirmed_by, done.confirmed_at) == (BankAccountState.CONFIRMED, by.person_id, NOW)
    assert done.ending == "4300"
    gone = decide(Case(ACCOUNT, by, NOW), WITHDRAW)
    assert (gone.state, gone.confirmed_by) == (BankAccountState.WITHDRAWN, None)


@pytest.mark.parametrize("state", [state for state in BankAccountState if state is not BankAccountState.PROPOSED])
@pytest.mark.parametrize("verb", [CONFIRM, WITHDRAW])
def test_what_was_decided_stays(state: BankAccountState, verb: BankAccountVerb) -> None:
    with pytest.raises(WrongState):
        decide(Case(replace(ACCOUNT, state=state), officer(Role.COORDINATOR), NOW), verb)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": BankAccountState.CONFIRMED}, "customers_pay_there"),
        ({"state": BankAccountState.REPLACED}, None),
        ({"state": BankAccountState.REPLACED, "balance_cents": -1}, "money_is_there"),
        ({"state": BankAccountState.CONFIRMED, "for_customers": False}, None),
        ({"state": BankAccountState.CONFIRMED, "for_customers": False, "balance_cents": 1}, "money_is_there"),
    ],
)
def test_an_account_that_nothing_is_on_may_be_closed(changes: dict[str, Any], reason: str | None) -> None:
    case = Case(replace(ACCOUNT, **changes), officer(Role.TREASURER), NOW)
    assert [step.reason for step in available(BANK_ACCOUNT, case)] == [reason]
    if reason is None:
        closed = decide(case, BankAccountVerb.CLOSE)
        assert (closed.state, closed.confirmed_by) == (BankAccountState.CLOSED, case.thing.confirmed_by)


def test_nobody_confirms_their_own_proposal() -> None:
    refused: type[DomainError] = SecondPersonNeeded
    with pytest.raises(refused):
        decide(Case(ACCOUNT, officer(Role.COORDINATOR, person_id=ACCOUNT.proposed_by), NOW), CONFIRM)


SELLER = Cooperative(
    id=uuid4(),
    slug="x",
    name="x",
    legal_form=LegalForm.COOPERATIVE_UA,
    municipality_id=uuid4(),
    town="Breda",
    kvk_number="90000011",
    legal_name="X U.A.",
    postal_address=PostalAddress(street="Ginnekenstraat 1", postcode="4811 JD", town="Breda"),
    vat_id="NL900000110B88",
    invoice_prefix="BRD",
    iban="NL91ABNA0417164300",
    iban_name="X",
)


@pytest.mark.parametrize(
    ("changes", "can"),
    [
        ({}, True),
        ({"legal_name": None}, False),
        ({"postal_address": None}, False),
        ({"vat_id": None}, False),
        ({"invoice_prefix": None}, False),
        ({"iban": None, "iban_name": None}, False),
        ({"kvk_number": None}, False),
        ({"kvk_number": None, "legal_form": LegalForm.INFORMAL}, True),
        ({"invoice_prefix": None, "legal_form": LegalForm.INFORMAL}, False),
    ],
)
def test_what_an_invoice_needs_of_its_seller(changes: dict[str, Any], can: bool) -> None:
    assert replace(SELLER, **changes).can_invoice is can


def test_a_cooperative_without_a_number_is_a_legal_entity_of_its_own() -> None:
    assert SELLER.legal_entity == "90000011"
    assert replace(SELLER, kvk_number=None).legal_entity == str(SELLER.id)

"""Tables of the offices that one person may hold, who can be an outside approver, and what `readiness` says of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.access import Role
from app.domain.errors import DomainError, OfficesApart, RuleRefused
from app.domain.people.addresses import PostalAddress
from app.domain.people.cooperatives import Cooperative, LegalForm, readiness
from app.domain.people.persons import Office, check_apart, check_outside, check_place
from app.domain.small_business import Spell

HERE, ELSEWHERE, UMBRELLA, TOWN = (UUID(int=n) for n in range(1, 5))
ONE, TWO = UUID(int=11), UUID(int=12)
COORDINATOR, TREASURER, APPROVER, NETWORK = Role.COORDINATOR, Role.TREASURER, Role.APPROVER, Role.NETWORK
GIVEN = datetime(2026, 3, 5, tzinfo=UTC)
Held = list[tuple[Role, UUID | None]]
SELLER = Cooperative(
    id=HERE,
    slug="c",
    name="C",
    legal_form=LegalForm.COOPERATIVE_UA,
    municipality_id=TOWN,
    town="Breda",
    kvk_number="90000011",
    legal_name="Coöperatie C U.A.",
    postal_address=PostalAddress(street="Ginnekenstraat 1", postcode="4811 JD", town="Breda"),
    vat_id="NL900000110B88",
    invoice_prefix="BRD",
    iban="NL91ABNA0417164300",
    iban_name="Coöperatie C U.A.",
)


def offices(held: Held) -> list[Office]:
    return [
        Office(id=UUID(int=20 + n), person_id=ONE, role=role, given_at=GIVEN, cooperative_id=place)
        for n, (role, place) in enumerate(held)
    ]


SPELL = Spell(id=uuid4(), cooperative_id=uuid4(), since=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("role", "cooperative", "municipality", "fits"),
    [
        (COORDINATOR, HERE, None, True),
        (COORDINATOR, None, None, False),
        (COORDINATOR, None, TOWN, False),
        (TREASURER, HERE, TOWN, False),
        (APPROVER, HERE, None, True),
        (APPROVER, None, None, False),
        (Role.CONTROLLER, None, TOWN, True),
        (Role.CASE_MANAGER, HERE, None, False),
        (NETWORK, None, None, True),
        (NETWORK, HERE, None, False),
        (Role.MEMBER, HERE, None, False),
        (Role.VISITOR, None, None, False),
    ],
)
def test_the_place_of_an_office(role: Role, cooperative: UUID | None, municipality: UUID | None, fits: bool) -> None:
    if fits:
        check_place(role, cooperative, municipality)
        return
    with pytest.raises(RuleRefused) as refused:
        check_place(role, cooperative, municipality)
    assert refused.value.facts == {"rule": "office_place", "value": role}


@pytest.mark.parametrize(
    ("role", "held", "has_approver", "how"),
    [
        (COORDINATOR, [], False, "fits"),
        (COORDINATOR, [(TREASURER, HERE)], False, None),
        (TREASURER, [(COORDINATOR, HERE)], False, None),
        (TREASURER, [(COORDINATOR, ELSEWHERE)], False, "fits"),
        (TREASURER, [(COORDINATOR, HERE)], True, "fits"),
        (TREASURER, [(NETWORK, None)], False, "fits"),
        # Whoever holds both keeps them; a second time is `already_exists`.
        (TREASURER, [(COORDINATOR, HERE), (TREASURER, HERE)], False, "fits"),
        (COORDINATOR, [(APPROVER, HERE)], True, "outside"),
        (TREASURER, [(APPROVER, ELSEWHERE)], False, "fits"),
        (APPROVER, [(APPROVER, HERE)], True, "fits"),
    ],
)
def test_offices_that_one_person_does_not_hold_together(
    role: Role, held: Held, has_approver: bool, how: str | None
) -> None:
    if how == "fits":
        check_apart(role, offices(held), HERE, has_approver=has_approver)
        return
    with pytest.raises(OfficesApart) as refused:
        check_apart(role, offices(held), HERE, has_approver=has_approver)
    assert refused.value.facts.get("how") == how


@pytest.mark.parametrize(
    ("held", "umbrella", "is_member", "refusal"),
    [
        ([(NETWORK, None)], None, False, None),
        ([(NETWORK, None)], UMBRELLA, False, None),
        ([(COORDINATOR, UMBRELLA)], UMBRELLA, False, None),
        ([(TREASURER, UMBRELLA)], UMBRELLA, False, None),
        ([(TREASURER, UMBRELLA)], None, False, RuleRefused),
        ([(APPROVER, UMBRELLA)], UMBRELLA, False, RuleRefused),
        ([(COORDINATOR, ELSEWHERE)], UMBRELLA, False, RuleRefused),
        ([], None, False, RuleRefused),
        ([(Role.CONTROLLER, None)], None, False, RuleRefused),
        ([(NETWORK, None)], None, True, OfficesApart),
        ([(NETWORK, None), (TREASURER, HERE)], None, False, OfficesApart),
    ],
)
def test_an_approver_is_of_the_network_or_of_the_umbrella(
    held: Held, umbrella: UUID | None, is_member: bool, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        check_outside(offices(held), HERE, umbrella, is_member=is_member)
        return
    with pytest.raises(refusal):
        check_outside(offices(held), HERE, umbrella, is_member=is_member)


@pytest.mark.parametrize(
    ("form", "officers", "missing"),
    [
        (LegalForm.COOPERATIVE_UA, [(ONE, COORDINATOR), (TWO, TREASURER)], ()),
        (LegalForm.COOPERATIVE_UA, [(ONE, COORDINATOR)], ("treasurer", "second_approver")),
        (LegalForm.COOPERATIVE_UA, [(ONE, COORDINATOR), (TWO, APPROVER)], ("treasurer",)),
        (LegalForm.COOPERATIVE_UA, [(ONE, COORDINATOR), (ONE, TREASURER)], ("second_approver", "offices_apart")),
        (LegalForm.COOPERATIVE_UA, [(ONE, COORDINATOR), (ONE, TREASURER), (TWO, APPROVER)], ()),
        (
            LegalForm.COOPERATIVE_UA,
            [(ONE, COORDINATOR), (ONE, TREASURER), (TWO, TREASURER)],
            ("offices_apart",),
        ),
        (LegalForm.INFORMAL, [], ()),
        (LegalForm.INFORMAL, [(ONE, COORDINATOR), (ONE, TREASURER)], ("offices_apart",)),
    ],
)
def test_what_readiness_says_of_the_officers(
    form: LegalForm, officers: list[tuple[UUID, Role]], missing: tuple[str, ...]
) -> None:
    found = readiness(replace(SELLER, legal_form=form), officers, 1, True)
    assert (found.missing, found.ready) == (missing, not missing)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"legal_name": None}, ("invoice_details",)),
        ({"postal_address": None}, ("invoice_details",)),
        ({"vat_id": None}, ("invoice_details",)),
        ({"invoice_prefix": None}, ("invoice_details",)),
        ({"iban": None, "iban_name": None}, ("invoice_details",)),
        ({"vat_id": None, "small_business_spells": (SPELL,)}, ()),
        ({"vat_id": None, "legal_form": LegalForm.INFORMAL}, ()),
    ],
)
def test_what_an_invoice_lacks_stops_no_sale(changes: dict[str, Any], missing: tuple[str, ...]) -> None:
    found = readiness(replace(SELLER, **changes), [(ONE, COORDINATOR), (TWO, TREASURER)], 1, True)
    assert (found.ready, found.missing) == (True, missing)

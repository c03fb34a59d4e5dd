"""Tables of who may do what where: by right, role, reach and scope; which error a refusal gives; and repeats."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.domain.access import ACCESS, Reach, Right, Role, Scope
from app.domain.actors import NOBODY, Actor, Holding, Party, Passed
from app.domain.errors import DomainError, Forbidden, NotFound, ScopeMissing, Unauthenticated

PLACE, MEMBER, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
ELSEWHERE, TOWN, APP = UUID(int=4), UUID(int=5), UUID(int=6)
SCOPES = frozenset({"orders:read", "orders:write", "payments:write", "members:write"})
ALL = frozenset(Scope)


def person(*holdings: Holding, scopes: frozenset[str] = ALL, app_id: UUID | None = None) -> Actor:
    """A person with these offices and memberships; `app_id` if they came through an app."""
    return Actor(person_id=PERSON, app_id=app_id, issuer="issuer", subject="subject", scopes=scopes, holdings=holdings)


PEOPLE = {
    "visitor": NOBODY,
    "customer": person(),
    "member": person(Holding(Role.MEMBER, PLACE, None, MEMBER)),
    "former member": person(Holding(Role.FORMER_MEMBER, PLACE, None, MEMBER)),
    "coordinator": person(Holding(Role.COORDINATOR, PLACE)),
    "treasurer": person(Holding(Role.TREASURER, PLACE)),
    "treasurer elsewhere": person(Holding(Role.TREASURER, ELSEWHERE)),
    "treasurer who may only read": person(Holding(Role.TREASURER, PLACE), scopes=frozenset({"ledger:read"})),
    "treasurer elsewhere who may only read": person(
        Holding(Role.TREASURER, ELSEWHERE), scopes=frozenset({"ledger:read"})
    ),
    "controller": person(Holding(Role.CONTROLLER, None, TOWN)),
    "approver": person(Holding(Role.APPROVER, PLACE)),
    "network": person(Holding(Role.NETWORK)),
    "network that may only read": person(Holding(Role.NETWORK), scopes=frozenset({"ledger:read"})),
    "app": Actor(app_id=APP, scopes=ALL),
    "app without scopes": Actor(app_id=APP),
    "partner's app": Actor(app_id=APP, scopes=ALL, holdings=(Holding(Role.APP, PLACE),)),
    "app for a person": person(app_id=APP),
    "worker": Actor(system=True),
}


@pytest.mark.parametrize(
    ("who", "right", "refusal"),
    [
        ("visitor", Right.READ_PUBLIC, None),
        ("visitor", Right.BUY, Unauthenticated),
        ("visitor", Right.RECORD_PAYMENT, Unauthenticated),
        ("customer", Right.BUY, None),
        ("customer", Right.RECORD_PAYMENT, NotFound),
        ("member", Right.READ_AGREEMENT, None),
        ("member", Right.RECORD_PAYMENT, Forbidden),
        ("member", Right.READ_MEMBER, Forbidden),
        ("former member", Right.READ_AGREEMENT, Forbidden),
        ("coordinator", Right.REVIEW_OFFERING, None),
        ("coordinator", Right.RECORD_PAYMENT, Forbidden),
        ("approver", Right.DECIDE_SPENDING, None),
        ("approver", Right.REVIEW_OFFERING, None),
        ("approver", Right.PAY_SPENDING, Forbidden),
        ("approver", Right.READ_MEMBER, Forbidden),
        ("treasurer", Right.RECORD_PAYMENT, None),
        ("treasurer", Right.REVIEW_OFFERING, Forbidden),
        ("treasurer elsewhere", Right.RECORD_PAYMENT, NotFound),
        ("treasurer who may only read", Right.READ_LEDGER, None),
        ("treasurer who may only read", Right.RECORD_PAYMENT, ScopeMissing),
        ("treasurer who may only read", Right.REVIEW_OFFERING, ScopeMissing),
        ("treasurer elsewhere who may only read", Right.RECORD_PAYMENT, NotFound),
        ("controller", Right.READ_AGREEMENT, None),
        ("controller", Right.RECORD_PAYMENT, NotFound),
        ("network", Right.ADD_COOPERATIVE, None),
        ("network", Right.RECORD_PAYMENT, NotFound),
        ("network that may only read", Right.GIVE_OFFICE, ScopeMissing),
        ("app", Right.BUY, None),
        ("app", Right.WRITE_OFFERING, NotFound),
        ("app without scopes", Right.WRITE_OFFERING, NotFound),
        ("app without scopes", Right.BUY, ScopeMissing),
        ("partner's app", Right.WRITE_OFFERING, None),
        ("partner's app", Right.REVIEW_OFFERING, Forbidden),
        ("app for a person", Right.BUY, None),
        ("app for a person", Right.WRITE_OFFERING, NotFound),
        ("worker", Right.RUN_TIMER, None),
    ],
    ids=str,
)
def test_who_may_do_what_at_a_cooperative(who: str, right: Right, refusal: type[DomainError] | None) -> None:
    """An outsider is not told that the cooperative has such a thing, an insider is told that they lack the right."""
    actor = PEOPLE[who]
    assert actor.may(right, PLACE, municipality_id=TOWN) == (refusal is None)
    if refusal is None:
        actor.require(right, PLACE, municipality_id=TOWN)
        return
    with pytest.raises(DomainError) as refused:
        actor.require(right, PLACE, municipality_id=TOWN)
    assert type(refused.value) is refusal


@pytest.mark.parametrize(
    ("who", "right", "own", "refusal"),
    [
        ("customer", Right.CONFIRM_ORDER, Party(Role.CUSTOMER, PERSON), None),
        ("customer", Right.WORK_ORDER, Party(Role.CUSTOMER, PERSON), Forbidden),
        ("customer", Right.CONFIRM_ORDER, None, NotFound),
        ("app", Right.CONFIRM_ORDER, Party(Role.APP, APP), None),
        ("member", Right.WORK_ORDER, Party(Role.MEMBER, MEMBER), None),
        ("member", Right.WORK_ORDER, None, Forbidden),
        ("former member", Right.WORK_ORDER, Party(Role.FORMER_MEMBER, MEMBER), Forbidden),
        ("former member", Right.READ_THERMOMETER, Party(Role.FORMER_MEMBER, MEMBER), None),
        ("visitor", Right.CONFIRM_ORDER, Party(Role.CUSTOMER), Unauthenticated),
    ],
    ids=str,
)
def test_what_a_right_on_ones_own_opens(
    who: str, right: Right, own: Party | None, refusal: type[DomainError] | None
) -> None:
    """Whoever left keeps what is about their own money. A party to the row is an insider."""
    parties = (own,) if own else ()
    if refusal is None:
        PEOPLE[who].require(right, PLACE, own=parties)
        return
    with pytest.raises(DomainError) as refused:
        PEOPLE[who].require(right, PLACE, own=parties)
    assert type(refused.value) is refusal


@pytest.mark.parametrize("right", Right)
def test_scopes_only_narrow(right: Right) -> None:
    """Whoever holds all roles has a right with its scope alone, and loses it with that scope."""
    scope, reaches = ACCESS[right]
    holdings = tuple(Holding(role, PLACE, TOWN, MEMBER) for role in Role)
    parties = [Party(role) for role in Role]
    with_it, without = person(*holdings, scopes=frozenset({scope})), person(*holdings, scopes=ALL - {scope})
    assert with_it.may(right, PLACE, municipality_id=TOWN, own=parties) == bool(reaches)
    assert not without.may(right, PLACE, municipality_id=TOWN, own=parties)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.VISITOR, Role.CUSTOMER, Role.APP)])
def test_a_role_reaches_as_far_as_the_table_says(role: Role, right: Right) -> None:
    """Its own cooperative, municipality or row, the network, or everybody: and no other."""
    _, reaches = ACCESS[right]
    reach, everybody = reaches.get(role, set()), Reach.ANYONE in reaches.get(Role.CUSTOMER, set())
    anybody = Reach.ANYONE in reach or everybody
    network = Reach.NETWORK in reach
    actor = person(Holding(role, PLACE, TOWN, MEMBER))
    assert actor.may(right, PLACE) == (anybody or network or Reach.COOPERATIVE in reach)
    assert actor.may(right, municipality_id=TOWN) == (anybody or network or Reach.MUNICIPALITY in reach)
    assert actor.may(right, own=actor.as_member(MEMBER)) == (anybody or network or Reach.OWN in reach)
    assert actor.may(right, ELSEWHERE, municipality_id=ELSEWHERE) == (anybody or network)


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("visitor", {Role.VISITOR}),
        ("customer", {Role.CUSTOMER}),
        ("treasurer", {Role.CUSTOMER, Role.TREASURER}),
        ("app", {Role.APP}),
        ("app for a person", {Role.CUSTOMER}),
    ],
)
def test_the_roles_of_somebody(who: str, roles: set[Role]) -> None:
    """An app that acts for a person has the person's roles, not its own."""
    assert PEOPLE[who].roles == roles


@pytest.mark.parametrize(
    ("who", "person_id", "app_id", "owns"),
    [
        ("customer", PERSON, None, True),
        ("customer", ELSEWHERE, None, False),
        ("customer", None, None, False),
        ("app", None, APP, True),
        ("app", None, ELSEWHERE, False),
        ("app", None, None, False),
        ("app for a person", PERSON, APP, True),
        ("app for a person", None, APP, False),
        ("visitor", None, None, False),
    ],
    ids=str,
)
def test_whose_a_row_is(who: str, person_id: UUID | None, app_id: UUID | None, owns: bool) -> None:
    assert PEOPLE[who].owns(person_id, app_id) is owns
    assert bool(PEOPLE[who].as_customer(person_id, app_id)) is owns


def test_what_only_people_do() -> None:
    assert PEOPLE["customer"].person == PERSON
    assert PEOPLE["customer"].as_self() == (Party(Role.CUSTOMER),)
    assert PEOPLE["app"].as_self() == ()
    with pytest.raises(Forbidden):
        _ = PEOPLE["app"].person


def test_an_app_is_told_that_a_scope_is_for_people() -> None:
    """Scopes that no app gets for itself: the refusal says how it comes by them."""
    with pytest.raises(ScopeMissing) as refused:
        PEOPLE["app without scopes"].require(Right.GIVE_OFFICE)
    assert refused.value.facts == {"scope": Scope.NETWORK_WRITE, "how": "for_people"}
    with pytest.raises(ScopeMissing) as refused:
        PEOPLE["app without scopes"].require(Right.BUY)
    assert refused.value.facts == {"scope": Scope.ORDERS_WRITE}


@pytest.mark.parametrize(
    ("who", "how"), [("partner's app", {"how": "app"}), ("treasurer", {})], ids=["an app", "a person"]
)
def test_an_app_hears_that_it_is_not_for_apps(who: str, how: dict[str, str]) -> None:
    with pytest.raises(Forbidden) as refused:
        PEOPLE[who].require(Right.REVIEW_OFFERING, PLACE)
    assert refused.value.facts == {"right": Right.REVIEW_OFFERING} | how


def test_where_somebody_holds_what() -> None:
    both = person(Holding(Role.TREASURER, PLACE), Holding(Role.MEMBER, ELSEWHERE, None, MEMBER))
    assert both.cooperative_ids(Role.TREASURER) == (PLACE,)
    assert both.cooperative_ids(Role.TREASURER, Role.MEMBER) == (PLACE, ELSEWHERE)
    assert both.members_at(ELSEWHERE) == (MEMBER,)
    assert both.members_at(PLACE) == ()


def somebody(*holdings: Holding) -> Actor:
    return Actor(
        person_id=PERSON, app_id=None, issuer="issuer", subject="subject", scopes=SCOPES, holdings=holdings, passed={}
    )


def test_an_office_that_ended_is_asked_again() -> None:
    treasurer = somebody(Holding(Role.TREASURER, PLACE))
    treasurer.require(Right.RECORD_PAYMENT, PLACE)
    passed = treasurer.passed or {}
    assert list(passed) == [Passed(Right.RECORD_PAYMENT, PLACE, None, ())]
    treasurer.require_again(passed)
    with pytest.raises(NotFound):
        somebody(Holding(Role.TREASURER, uuid4())).require_again(passed)
    with pytest.raises(Forbidden):
        somebody(Holding(Role.COORDINATOR, PLACE)).require_again(passed)
    with pytest.raises(ScopeMissing):
        replace(treasurer, scopes=frozenset({"orders:read"})).require_again(passed)


def test_a_row_is_ones_own_through_the_same_member_only() -> None:
    """Another membership, or the same one after it ended, does not give the row; a right that they keep does."""
    maker = somebody(Holding(Role.MEMBER, PLACE, None, MEMBER))
    maker.require(Right.WORK_ORDER, PLACE, own=maker.as_member(MEMBER))
    worked = dict(maker.passed or {})
    maker.require_again(worked)
    left = somebody(Holding(Role.FORMER_MEMBER, PLACE, None, MEMBER))
    for other in (somebody(Holding(Role.MEMBER, PLACE, None, uuid4())), left):
        with pytest.raises(Forbidden):
            other.require_again(worked)
    maker.require(Right.CANCEL_SPENDING, PLACE, own=maker.as_member(MEMBER))
    left.require_again([Passed(Right.CANCEL_SPENDING, PLACE, None, maker.as_member(MEMBER))])


def test_customers_and_apps_stay_who_they_are() -> None:
    customer = somebody()
    customer.require(Right.CONFIRM_ORDER, PLACE, own=customer.as_customer(PERSON, None))
    customer.require_again(customer.passed or {})
    with pytest.raises(NotFound):
        replace(customer, person_id=uuid4()).require_again(list(customer.passed or {}))
    app = Actor(person_id=None, app_id=uuid4(), issuer=None, subject=None, scopes=SCOPES, holdings=(), passed={})
    app.require(Right.CONFIRM_ORDER, PLACE, own=app.as_customer(None, app.app_id))
    app.require_again(app.passed or {})


def test_only_current_members_have_what_is_not_kept() -> None:
    now, before = Holding(Role.MEMBER, PLACE, None, MEMBER), Holding(Role.FORMER_MEMBER, uuid4(), None, uuid4())
    both = somebody(now, before)
    assert both.members_with(Right.READ_ORDER) == (MEMBER,)
    assert set(both.members_with(Right.READ_THERMOMETER)) == both.member_ids()
    assert both.present_at() == (PLACE,)

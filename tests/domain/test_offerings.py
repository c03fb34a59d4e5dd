"""Offerings: from draft to the shop and back, editions, stock and holds, and the price that a buyer saw."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role, Scope
from app.domain.actors import NOBODY, Actor, Holding
from app.domain.errors import (
    AgreementMissing,
    DomainError,
    OwnOffering,
    RuleRefused,
    SecondPersonNeeded,
    SoldOut,
    StockHeld,
    WrongState,
)
from app.domain.market.offerings import (
    CONTENT,
    OFFERING,
    HiddenBy,
    Hold,
    Offering,
    OfferingKind,
    OfferingState,
    PriceUnit,
    as_published,
    change,
    check,
    consumer_cents,
    is_checkout_of,
    not_own,
    set_stock,
    shown,
    take,
    transition,
)
from app.domain.people.members import MemberState
from app.domain.small_business import Spell
from app.domain.transitions import Case, available, reason_of
from app.domain.vat import PriceBasis, VatClass

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PLACE, MAKER, PERSON, APP = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def offering(**more: Any) -> Offering:
    """Goods of which there are ten, under an agreement that is in force."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "cooperative_id": PLACE,
        "member_id": MAKER,
        "kind": OfferingKind.GOODS,
        "title": "Jam",
        "text": "Van bramen.",
        "category": "eten",
        "price_unit": PriceUnit.PIECE,
        "price_cents": 500,
        "vat_class": VatClass.REDUCED,
        "town": "Breda",
        "tags": ("bramen",),
        "stock": 10,
        "agreed_from": date(2026, 1, 1),
        "maker_state": MemberState.MEMBER,
    }
    return Offering(**fields | more)


def somebody(role: Role, member_id: UUID | None = None) -> Actor:
    holdings = (Holding(role, PLACE, None, member_id),)
    return Actor(person_id=uuid4(), issuer="i", subject="x", scopes=frozenset(Scope), holdings=holdings)


COORDINATOR, MEMBER = somebody(Role.COORDINATOR), somebody(Role.MEMBER, MAKER)


@pytest.mark.parametrize(
    ("verb", "sources", "target"),
    [
        ("submit", {"draft"}, "in_review"),
        ("publish", {"in_review"}, "published"),
        ("send_back", {"in_review"}, "draft"),
        ("withdraw", {"in_review"}, "draft"),
        ("pause", {"published"}, "paused"),
        ("resume", {"paused"}, "published"),
        ("archive", {"draft", "published", "paused"}, "archived"),
    ],
)
def test_where_a_step_leads(verb: str, sources: set[str], target: str) -> None:
    for state in OfferingState:
        hidden = (HiddenBy.MAKER,) if state is OfferingState.PAUSED else ()
        case = Case(offering(state=state, hidden_by=hidden), COORDINATOR, NOW)
        if state in sources:
            assert transition(case, verb).state == target
        else:
            with pytest.raises(WrongState):
                transition(case, verb)


@pytest.mark.parametrize(
    ("who", "state", "verbs"),
    [
        pytest.param(MEMBER, "draft", {"submit", "archive"}, id="maker, draft"),
        pytest.param(MEMBER, "in_review", {"withdraw"}, id="maker, in review"),
        pytest.param(COORDINATOR, "in_review", {"publish", "send_back", "withdraw"}, id="coordinator, in review"),
        pytest.param(COORDINATOR, "published", {"pause", "archive"}, id="coordinator, published"),
        pytest.param(somebody(Role.MEMBER, uuid4()), "draft", set(), id="another member"),
        pytest.param(somebody(Role.TREASURER), "in_review", set(), id="treasurer"),
        pytest.param(NOBODY, "draft", set(), id="visitor"),
    ],
)
def test_who_can_do_what_next(who: Actor, state: str, verbs: set[str]) -> None:
    case = Case(offering(state=OfferingState(state)), who, NOW)
    assert {step.verb for step in available(OFFERING, case) if step.allowed} == verbs


@pytest.mark.parametrize(
    ("who", "more", "refusal", "reason"),
    [
        pytest.param(
            somebody(Role.COORDINATOR, MAKER), {}, SecondPersonNeeded, "second_person_needed", id="by the maker"
        ),
        pytest.param(
            COORDINATOR, {"agreed_from": None}, AgreementMissing, "agreement_missing", id="without an agreement"
        ),
        pytest.param(
            COORDINATOR, {"agreed_from": date(2026, 3, 6)}, AgreementMissing, "agreement_missing", id="a day early"
        ),
        pytest.param(
            COORDINATOR, {"maker_state": MemberState.PAUSED}, WrongState, "maker_does_not_sell", id="maker is paused"
        ),
    ],
)
def test_what_stops_publishing(who: Actor, more: dict[str, Any], refusal: type[DomainError], reason: str) -> None:
    with pytest.raises(refusal) as refused:
        transition(Case(offering(state=OfferingState.IN_REVIEW, **more), who, NOW), "publish")
    assert reason_of(refused.value) == reason


@pytest.mark.parametrize(
    ("hidden_by", "verb", "after"),
    [
        pytest.param((), "pause", (HiddenBy.MAKER,), id="the maker hides it"),
        pytest.param((HiddenBy.MAKER,), "resume", (), id="and shows it again"),
        pytest.param((HiddenBy.MEMBERSHIP,), "pause", (HiddenBy.MAKER, HiddenBy.MEMBERSHIP), id="hidden twice"),
        pytest.param(
            (HiddenBy.MAKER, HiddenBy.MEMBERSHIP), "resume", (HiddenBy.MEMBERSHIP,), id="one cause lifts only itself"
        ),
    ],
)
def test_what_hides_an_offering(hidden_by: tuple[HiddenBy, ...], verb: str, after: tuple[HiddenBy, ...]) -> None:
    before = offering(state=OfferingState.PAUSED if hidden_by else OfferingState.PUBLISHED, hidden_by=hidden_by)
    moved = transition(Case(before, COORDINATOR, NOW), verb)
    assert moved.hidden_by == after
    assert moved.state is (OfferingState.PAUSED if after else OfferingState.PUBLISHED)


@pytest.mark.parametrize(
    ("hidden_by", "verb", "reason"),
    [
        ((HiddenBy.MAKER,), "pause", "hidden_already"),
        ((HiddenBy.MEMBERSHIP,), "resume", "hidden_by_membership"),
    ],
    ids=["paused twice", "only the membership shows it again"],
)
def test_what_does_not_change_what_is_hidden(hidden_by: tuple[HiddenBy, ...], verb: str, reason: str) -> None:
    with pytest.raises(WrongState) as refused:
        transition(Case(offering(state=OfferingState.PAUSED, hidden_by=hidden_by), COORDINATOR, NOW), verb)
    assert refused.value.facts["reason"] == reason


def test_it_is_published_from_the_first_day_of_an_agreement() -> None:
    first = offering(state=OfferingState.IN_REVIEW, agreed_from=NOW.date())
    assert transition(Case(first, COORDINATOR, NOW), "publish").state is OfferingState.PUBLISHED


@pytest.mark.parametrize(("before", "after"), [(0, 1), (4, 4)], ids=["the first", "published before"])
def test_publishing_makes_the_first_edition(before: int, after: int) -> None:
    published = transition(Case(offering(state=OfferingState.IN_REVIEW, edition=before), COORDINATOR, NOW), "publish")
    assert published.edition == after
    assert transition(Case(offering(edition=before), COORDINATOR, NOW), "submit").edition == before


def test_no_import_holds_what_was_decided() -> None:
    held = offering(state=OfferingState.IN_REVIEW, import_id=uuid4())
    assert transition(Case(held, COORDINATOR, NOW), "send_back").import_id is None


OTHER: dict[str, Any] = {
    "kind": OfferingKind.SERVICE,
    "title": "Gelei",
    "text": "Van bessen.",
    "category": "zoet",
    "price_unit": PriceUnit.PERSON,
    "price_cents": 600,
    "price_basis": PriceBasis.INCL,
    "vat_class": VatClass.STANDARD,
    "town": "Tilburg",
    "tags": (),
    "image_url": "https://example.org/jam.png",
}


def test_every_field_of_the_contents_has_another_value_here() -> None:
    assert set(OTHER) == set(CONTENT)


@pytest.mark.parametrize("name", CONTENT)
def test_other_contents_of_what_was_published_are_another_edition(name: str) -> None:
    published = offering(state=OfferingState.PUBLISHED, edition=2, stock=None)
    changed = change(published, {name: OTHER[name]})
    assert (getattr(changed, name), changed.edition) == (OTHER[name], 3)


@pytest.mark.parametrize(
    ("more", "changes", "edition"),
    [
        pytest.param({"edition": 2}, {"lead_time_minutes": 60}, 2, id="not of the contents"),
        pytest.param({"edition": 2}, {"title": "Jam"}, 2, id="the same"),
        pytest.param({"edition": 0}, {"title": "Gelei"}, 0, id="never published"),
    ],
)
def test_what_makes_no_other_edition(more: dict[str, Any], changes: dict[str, Any], edition: int) -> None:
    assert change(offering(**more), changes).edition == edition


@pytest.mark.parametrize(
    ("basis", "vat_class", "scheme", "cents"),
    [
        pytest.param("excl", "reduced", None, 1_363, id="12.50 and 1.125 of VAT, rounded half up"),
        pytest.param("incl", "reduced", None, 1_250, id="VAT is inside"),
        pytest.param("excl", "exempt", None, 1_250, id="no VAT"),
        pytest.param("excl", "reduced", date(2026, 3, 5), 1_250, id="small-business scheme, from its first day"),
        pytest.param("excl", "reduced", date(2026, 3, 6), 1_363, id="small-business scheme, a day before"),
        pytest.param("excl", "lodging", None, 1_513, id="the rate of the day"),
    ],
)
def test_what_a_consumer_pays_for_a_unit(basis: str, vat_class: str, scheme: date | None, cents: int) -> None:
    made = offering(price_cents=1_250, price_basis=PriceBasis(basis), vat_class=VatClass(vat_class))
    spells = [Spell(id=uuid4(), cooperative_id=uuid4(), since=scheme)] if scheme else []
    assert consumer_cents(made, date(2026, 3, 5), spells) == cents
    assert shown(made, None, date(2026, 3, 5), spells).consumer_price_cents == cents


def test_another_text_keeps_what_is_shown() -> None:
    before = offering(price_cents=1_250, consumer_price_cents=1_300)
    assert shown(replace(before, title="Gelei"), before, date(2026, 3, 5), ()).consumer_price_cents == 1_300
    assert shown(replace(before, price_cents=1), before, date(2026, 3, 5), ()).consumer_price_cents == 1


def test_what_is_archived_does_not_change() -> None:
    with pytest.raises(WrongState):
        change(offering(state=OfferingState.ARCHIVED), {"title": "Gelei"})


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        pytest.param({}, None, id="goods with stock"),
        pytest.param({"kind": OfferingKind.SERVICE, "stock": None}, None, id="a service without"),
        pytest.param({"kind": OfferingKind.SERVICE}, "stock_is_for_goods", id="a service with stock"),
        pytest.param({"kind": OfferingKind.GIVEAWAY, "price_cents": 0}, None, id="given away"),
        pytest.param({"kind": OfferingKind.GIVEAWAY}, "a_giveaway_is_free", id="given away for money"),
        pytest.param(
            {"vat_class": VatClass.MARGIN, "purchase_cents": 100, "price_basis": PriceBasis.INCL},
            None,
            id="second hand",
        ),
        pytest.param(
            {"vat_class": VatClass.MARGIN, "purchase_cents": 100},
            "margin_price_holds_vat",
            id="second hand, no VAT in it",
        ),
        pytest.param({"vat_class": VatClass.MARGIN}, "margin_has_a_purchase_price", id="second hand, cost unknown"),
        pytest.param({"purchase_cents": 100}, "margin_has_a_purchase_price", id="a cost without the margin scheme"),
    ],
)
def test_what_an_offering_may_be(more: dict[str, Any], rule: str | None) -> None:
    made = offering(**more)
    if rule is None:
        assert check(made) is made
        return
    with pytest.raises(RuleRefused) as refused:
        check(made)
    assert refused.value.facts["rule"] == rule


@pytest.mark.parametrize(
    ("held", "stock", "left"),
    [(3, 3, 0), (3, 20, 17), (0, None, None), (0, 0, 0)],
    ids=["what is held stays", "more", "without limit", "none"],
)
def test_stock_is_set(held: int, stock: int | None, left: int | None) -> None:
    assert set_stock(offering(held=held), stock).left == left


@pytest.mark.parametrize("stock", [2, None], ids=["fewer than are held", "without limit"])
def test_what_is_held_stays_in_stock(stock: int | None) -> None:
    with pytest.raises(StockHeld) as refused:
        set_stock(offering(held=3), stock)
    assert refused.value.facts == {"held": 3}


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 60))
def test_nothing_is_sold_twice(stock: int, held: int, quantity: int) -> None:
    """Units are held if so many are left, and refused if not; held is never more than there is."""
    jam = offering(stock=max(stock, held), held=held)
    left = max(stock, held) - held
    if quantity <= left:
        taken = take(jam, quantity)
        assert (taken.held, taken.left) == (held + quantity, left - quantity)
        return
    with pytest.raises(SoldOut) as refused:
        take(jam, quantity)
    assert refused.value.facts == {"title": "Jam", "left": left}


def test_without_limit_nothing_is_held() -> None:
    endless = offering(stock=None)
    assert endless.left is None
    assert take(endless, 1_000) is endless


@pytest.mark.parametrize(
    ("hold", "who", "theirs"),
    [
        pytest.param({"person_id": PERSON}, Actor(person_id=PERSON, subject="s"), True, id="a person's"),
        pytest.param({"person_id": PERSON}, Actor(person_id=uuid4(), subject="s"), False, id="another's"),
        pytest.param({"app_id": APP}, Actor(app_id=APP), True, id="an app's"),
        pytest.param({"app_id": APP}, Actor(app_id=APP, person_id=PERSON, subject="s"), False, id="for a person"),
        pytest.param(
            {"person_id": PERSON, "order_id": uuid4()}, Actor(person_id=PERSON, subject="s"), False, id="of an order"
        ),
    ],
)
def test_whose_checkout_a_hold_is(hold: dict[str, Any], who: Actor, theirs: bool) -> None:
    """What an order holds is given back by the order's own steps, not by its customer."""
    kept = Hold(
        id=uuid4(),
        offering_id=uuid4(),
        cooperative_id=PLACE,
        quantity=1,
        expires_at=NOW + timedelta(hours=1),
        edition=1,
    )
    assert is_checkout_of(who, replace(kept, **hold)) is theirs


def test_nobody_buys_what_they_make() -> None:
    not_own(COORDINATOR, [offering()])
    with pytest.raises(OwnOffering):
        not_own(MEMBER, [offering(member_id=uuid4()), offering()])


def test_an_earlier_edition_has_its_own_price() -> None:
    now = offering(edition=5, price_cents=900)
    contents = {"title": "Jam", "price_unit": "hour", "price_cents": 700, "vat_class": "standard"}
    then = as_published(now, 2, contents)
    assert (then.edition, then.price_cents, then.price_unit, then.vat_class) == (
        2,
        700,
        PriceUnit.HOUR,
        VatClass.STANDARD,
    )
    assert (then.id, then.stock) == (now.id, now.stock)
    # Of before there was a basis.
    assert then.price_basis is PriceBasis.EXCL
    assert as_published(now, 2, contents | {"vat_class": "margin"}).price_basis is PriceBasis.INCL
    assert as_published(now, 2, contents | {"price_basis": "incl"}).price_basis is PriceBasis.INCL

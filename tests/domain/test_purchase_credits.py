"""Which journals book a credit of a supplier, also of a version that did not write it down."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import Credit, JointPurchase, PaidBy, Wish
from app.domain.buying.purchase_credits import borne_cents, by_credit, uncredited
from app.domain.buying.spending import Lot
from app.domain.ledger import AccountKind, Entry, Journal, JournalKind

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LEAD, OTHER = uuid4(), uuid4()
PURCHASE = JointPurchase(
    id=uuid4(),
    cooperative_id=LEAD,
    title="Garen",
    about="",
    supplier="De Spoel",
    purpose="materiaal",
    rule=next(iter(SharingRule)),
    closes_at=NOW,
    created_by=uuid4(),
    created_at=NOW,
    partner_ids=(OTHER,),
)
OURS, THEIRS = uuid4(), uuid4()
PLACES = {OURS: LEAD, THEIRS: OTHER}


def credit(number: int, wish_id: UUID, vat_cents: int = 0) -> Credit:
    return Credit(
        id=UUID(int=number),
        purchase_id=PURCHASE.id,
        wish_id=wish_id,
        cents=121,
        reason="",
        credited_by=uuid4(),
        credited_at=NOW,
        vat_cents=vat_cents,
    )


def journal(part: int, **facts: str) -> Journal:
    entry = Entry(
        line=1,
        account_id=uuid4(),
        account_kind=AccountKind.BANK,
        cents=-100,
        balance_after_cents=-100,
        rule="x",
        facts=facts,
    )
    return Journal(
        id=uuid4(),
        cooperative_id=LEAD,
        kind=JournalKind.JOINT_PURCHASE_CREDIT,
        source_type="joint_purchase",
        source_id=PURCHASE.id,
        part=part,
        booked_at=NOW,
        effective_on=NOW.date(),
        period=date(2026, 3, 1),
        entries=(entry,),
    )


def test_journals_that_name_no_credit_belong_to_the_others_in_their_order() -> None:
    given = [credit(1, THEIRS), credit(2, OURS), credit(3, THEIRS), credit(4, OURS)]
    named = [journal(part, credit=str(UUID(int=3))) for part in (7, 8)]
    rest = [journal(part) for part in (4, 5, 6, 9)]
    found = by_credit(PURCHASE, given, PLACES, [*reversed(rest), *named])
    assert found == {
        UUID(int=1): rest[:2],
        UUID(int=2): rest[2:3],
        UUID(int=3): named,
        UUID(int=4): rest[3:],
    }


def test_whoever_deducted_the_vat_gets_no_vat_back() -> None:
    deducts = replace(PURCHASE, deductible=True, deducting_ids=(LEAD,))
    assert borne_cents(PURCHASE, LEAD, credit(1, OURS)) == 121
    assert borne_cents(deducts, LEAD, credit(1, OURS, 21)) == 100
    assert borne_cents(deducts, OTHER, credit(1, THEIRS, 21)) == 121
    both = replace(deducts, deducting_ids=(LEAD, OTHER))
    assert borne_cents(both, OTHER, credit(1, THEIRS, 21)) == 100


def test_a_wish_is_paid_again_from_the_oldest_months_that_are_free() -> None:
    january, march = date(2026, 1, 1), date(2026, 3, 1)
    wish = Wish(
        id=OURS,
        purchase_id=PURCHASE.id,
        lead_id=LEAD,
        article_id=uuid4(),
        cooperative_id=LEAD,
        member_id=uuid4(),
        paid_by=PaidBy.POT,
        wished_by=uuid4(),
        charged_cents=100,
        credited_cents=60,
        lots=(Lot(january, 40),),
    )
    before = uncredited(wish, 60, [Lot(january, 20), Lot(march, 30)], date(2026, 4, 9))
    assert before.credited_cents == 0
    assert before.lots == (Lot(january, 60), Lot(march, 30), Lot(date(2026, 4, 1), 10))
    office = replace(wish, member_id=None, paid_by=PaidBy.ACCOUNT, lots=())
    assert uncredited(office, 60, [], date(2026, 4, 9)).lots == ()

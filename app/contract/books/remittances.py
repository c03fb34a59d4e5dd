"""What a cooperative owes its municipality: reported line by line, invoiced, settled, recomputed."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, seen, shape
from app.contract.transitions import Step, steps
from app.domain.books import remittances as domain
from app.domain.books.remittances import REMITTANCE, RemittanceState
from app.ids import CooperativeId, JournalId, MunicipalityId, RemittanceId
from app.usecases.books import remittances as usecases


@shape(domain.Owed)
class RemittanceOwed:
    """What a cooperative owes its municipality and did not report yet."""

    owed: Money = cents("cents")
    """How much; below zero if refunds came after the last report."""


@shape(domain.Remittance)
class Remittance:
    """What a cooperative reported to its municipality for closed months."""

    id: RemittanceId
    cooperative_id: CooperativeId
    """The cooperative that owes it."""
    municipality_id: MunicipalityId
    """The municipality that gets it."""
    after: str | None = seen(lambda remittance, _: remittance.after and f"{remittance.after:%Y-%m}")
    """The month after which it begins; null if it begins with the books."""
    through: str = seen(lambda remittance, _: f"{remittance.through:%Y-%m}")
    """Its last month."""
    amount: Money = cents("cents")
    """How much is owed."""
    digest: str
    """SHA-256 of its lines."""
    state: RemittanceState
    reference: str
    """The municipality's own, of its invoice."""
    reported_at: datetime
    """When it was reported."""
    settled_on: date | None
    """The day on which it was paid."""
    version: int
    available_transitions: list[Step] = steps("RemittanceTransition", REMITTANCE)


@shape(domain.Recomputed)
class Difference:
    """A line that comes out otherwise."""

    journal_id: JournalId
    """The journal that it stands in."""
    line: int
    """Its number within the account."""
    stated: Money
    """What the specification says."""
    recomputed: Money | None
    """What its inputs say; null if it has none."""


@shape(domain.Recomputation)
class Recomputation:
    """Whether a specification says what its inputs say, and what the ledger says of the same months."""

    remittance_id: RemittanceId
    """The remittance."""
    matches: bool
    """Whether all of it agrees."""
    stated: Money
    """What the specification says."""
    recomputed: Money
    """What its inputs say."""
    ledger: Money
    """What the ledger says."""
    digest_matches: bool
    """Whether the lines are those that were reported."""
    differences: list[Difference]
    """The lines that come out otherwise."""


ONE = "/remittances/{remittance_id}"
remittances = Noun("remittances")
remittances.get("/cooperatives/{cooperative_id}/remittance-owed", usecases.get_remittance_owed, RemittanceOwed)
remittances.get("/cooperatives/{cooperative_id}/remittances", usecases.list_remittances, Remittance)
remittances.post(
    "/cooperatives/{cooperative_id}/remittances", usecases.report_remittance, Remittance, opens="/remittances"
)
remittances.get(ONE, usecases.get_remittance, Remittance)
remittances.post(f"{ONE}/invoices", usecases.invoice_remittance, Remittance)
remittances.post(f"{ONE}/payments", usecases.settle_remittance, Remittance)
remittances.ask("/recomputations", usecases.recompute_remittance, Recomputation, field="recomputation")

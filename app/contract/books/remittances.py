"""Remittances to the municipality: reported, invoiced, settled, recomputed."""

from datetime import date, datetime

from app.contract.amounts import NamedAmount, amounts
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.books import remittances as domain
from app.domain.books.remittances import REMITTANCE, RemittanceState
from app.ids import CooperativeId, JournalId, MunicipalityId, RemittanceId
from app.usecases.books import remittances as usecases


@shape(domain.Owed)
class RemittanceOwed:
    """The amount that a cooperative owes its municipality and has not reported yet."""

    owed: Money = cents("cents")
    """The amount; below zero if refunds came after the last report."""


@shape(domain.Remittance)
class Remittance:
    """A cooperative's report to its municipality about closed months."""

    id: RemittanceId
    cooperative_id: CooperativeId
    """The cooperative that owes it."""
    municipality_id: MunicipalityId
    """The municipality that gets it."""
    after: str | None = computed(lambda remittance, _: remittance.after and f"{remittance.after:%Y-%m}")
    """The month before its first month; null if it starts with the books."""
    through: str = computed(lambda remittance, _: f"{remittance.through:%Y-%m}")
    """Its last month."""
    amount: Money = cents("cents")
    """The amount owed."""
    by_rule: list[NamedAmount] = amounts("by_rule")
    """It by rule, if no rule's sum tells one member's part."""
    by_month: list[NamedAmount] = amounts("by_month")
    """The months in which enough members have a part and none more than half."""
    recomputed: bool | None
    """Whether the report computed every line again and found the same; null: an older report."""
    digest: str
    """SHA-256 of its lines."""
    state: RemittanceState
    reference: str
    """The municipality's reference on its invoice."""
    reported_at: datetime
    """When it was reported."""
    settled_on: date | None
    """The day on which it was paid."""
    version: int
    available_transitions: list[Step] = steps("RemittanceTransition", REMITTANCE)


@shape(domain.Recomputed)
class Difference:
    """A line that differs."""

    journal_id: JournalId
    """The journal that contains it."""
    line: int
    """Its number within the account."""
    stated: Money
    """The amount in the specification."""
    recomputed: Money | None
    """The amount computed from its inputs; null if it has none."""


@shape(domain.Recomputation)
class Recomputation:
    """A comparison of a specification with its inputs and with the ledger of the same months."""

    remittance_id: RemittanceId
    """The remittance."""
    matches: bool
    """Whether all of it matches."""
    stated: Money
    """The amount in the specification."""
    recomputed: Money
    """The amount computed from its inputs."""
    ledger: Money
    """The amount in the ledger."""
    digest_matches: bool
    """Whether the lines are those that were reported."""
    differences: list[Difference]
    """The lines that differ; empty for a municipality."""


ONE, ALL = "/remittances/{remittance_id}", "/cooperatives/{cooperative_id}/remittances"
remittances = Noun("remittances")
remittances.get("/cooperatives/{cooperative_id}/remittance-owed", usecases.get_remittance_owed, RemittanceOwed)
remittances.get(ALL, usecases.list_remittances, Remittance)
remittances.post(ALL, usecases.report_remittance, Remittance, opens="/remittances")
remittances.get(ONE, usecases.get_remittance, Remittance)
remittances.post(f"{ONE}/invoices", usecases.invoice_remittance, Remittance)
remittances.post(f"{ONE}/payments", usecases.settle_remittance, Remittance)
remittances.ask("/recomputations", usecases.recompute_remittance, Recomputation, field="recomputation")

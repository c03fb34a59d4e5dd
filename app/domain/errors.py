"""The domain errors, of five kinds; each error has one code that both faces share.

`facts` are the values in the message (whole cents, counts, verbs). They are stored with a refusal, so they hold only
JSON values.
"""

from typing import Any, ClassVar

Facts = dict[str, Any]


class DomainError(Exception):
    """A refusal with a reason. Raised by domain and use cases, rendered by the faces."""

    status: ClassVar[int]
    code: ClassVar[str]
    known: ClassVar[dict[str, type["DomainError"]]] = {}

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)
        self.facts: Facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__:
            DomainError.known[cls.code] = cls


class Unauthenticated(DomainError):
    status, code = 401, "unauthenticated"


class Forbidden(DomainError):
    status, code = 403, "forbidden"


class NotFound(DomainError):
    status, code = 404, "not_found"


class Conflict(DomainError):
    status, code = 409, "conflict"


class Invalid(DomainError):
    status, code = 422, "invalid"


class Malformed(DomainError):
    """The input does not fit its forms. `errors` has each fault: field, code, facts and pydantic's words."""

    status, code = 400, "bad_request"


class Forgotten(DomainError):
    """The stored answer named a person who has been erased since."""

    status, code = 410, "forgotten"


class TooFast(DomainError):
    """The rate limit is used up. The faces raise it, since they count."""

    status, code = 429, "rate_limited"


class NotMigrated(DomainError):
    """The schema is older than the code."""

    status, code = 503, "not_migrated"


class TookTooLong(DomainError):
    """Raised by the GraphQL face: the running operation is rolled back. Earlier mutations of the document stay."""

    status, code = 503, "took_too_long"


class IssuerUnavailable(DomainError):
    """The provider that issued a token does not return its keys, so the token cannot be verified.

    `retry_after` is the number of seconds to wait.
    """

    status, code = 503, "issuer_unavailable"
    retry_after: ClassVar[int] = 2


class TokenRefused(Unauthenticated):
    """The token is not accepted; `reason` says why. With `claim_missing` and `claim_wrong`, `claim` names the claim."""

    code = "token_refused"


class ClientRefused(Unauthenticated):
    """Login of an app failed.

    `how` is `assertion` if its assertion is wrong (`reason` says why), `signs` if it must use one.
    """

    code = "client_refused"


class ScopeMissing(Forbidden):
    code = "scope_missing"


class OfficesApart(Invalid):
    """One person would hold offices that keep an eye on each other; `how` is `outside` for an outside approver."""

    code = "offices_apart"


class SecondPersonNeeded(Forbidden):
    code = "second_person_needed"


class WrongState(Conflict):
    code = "wrong_state"


class HoursStand(Conflict):
    """The lead alone cannot cancel a job that has approved hours."""

    code = "hours_stand"


class Stale(Conflict):
    status, code = 412, "stale"


class StillRunning(Conflict):
    code = "still_running"


class SoldOut(Conflict):
    code = "sold_out"


class TooManyHolds(Conflict):
    """The buyer has `most` holds on this offering already."""

    code = "too_many_holds"


class HoldTooLarge(Conflict):
    """`left` is the number of units that the buyer can still hold."""

    code = "hold_too_large"


class StockHeld(Conflict):
    code = "stock_held"


class PriceChanged(Conflict):
    """The price differs from the one that the buyer saw; `price_cents` is the present price."""

    code = "price_changed"


class OwnOffering(Invalid):
    """A maker neither buys their own offerings nor does the job that they ordered."""

    code = "own_offering"


class HoldGone(Conflict):
    code = "hold_gone"


class AlreadyExists(Conflict):
    code = "already_exists"


class NotOrderable(Conflict):
    code = "not_orderable"


class AgreementMissing(Conflict):
    code = "agreement_missing"


class ExamplesFail(Conflict):
    code = "examples_fail"


class PeriodTaken(Conflict):
    code = "period_taken"


class WorkBookedAlready(Conflict):
    """`first` is the first day of work booked under another version, `earliest` the first free day after it."""

    code = "work_booked_already"


class LimitUnknown(Invalid):
    """The tables of legal limits have no verified value of `law` for `day`."""

    code = "limit_unknown"


class AlreadySettled(Conflict):
    code = "already_settled"


class NotReversible(Conflict):
    """A booking that only follows from another act; `how` is its kind, which decides what to do instead."""

    code = "not_reversible"


class ReverseThatFirst(Conflict):
    """A later booking depends on this one: `kind` and `journal_id` name it."""

    code = "reverse_that_first"


class RuleMissing(Conflict):
    code = "rule_missing"


class AllowanceExceeded(Invalid):
    code = "allowance_exceeded"


class CapReached(Conflict):
    code = "cap_reached"


class ApprovedTooLate(Conflict):
    code = "approved_too_late"


class CategoryUnknown(Invalid):
    code = "category_unknown"


class EarlierMonthOpen(Conflict):
    code = "earlier_month_open"


class StatementMissing(Conflict):
    """Of these accounts no bank statement reaches over the month; `how` is `first` if none ever came."""

    code = "statement_missing"


class LinesOpen(Conflict):
    """So many lines of bank statements have no place yet, and nobody said why."""

    code = "lines_open"


class CashNotCounted(Conflict):
    """Nobody counted the cash since the end of the month, or the books say otherwise by now."""

    code = "cash_not_counted"


class StatementUnreadable(Invalid):
    """A file is no bank statement that we can read.

    `how` says why: `kind` (`what` is the kind of file), `content` (`what` is the element that is missing or wrong),
    `doctype`, `zip`, `size`, `files`, `lines`, or `others` (none of its accounts is ours; `ibans` are theirs).
    """

    code = "statement_unreadable"


class StatementDoesNotAddUp(Invalid):
    """Opening and lines do not make the closing of a bank statement.

    `how` is `opening` or `closing` if the statement has none, or several that differ.
    """

    code = "statement_does_not_add_up"


class StatementGap(Conflict):
    """A statement does not begin with our balance of the day before; `after` is the last day that is known."""

    code = "statement_gap"


class StatementDiffers(Conflict):
    """A statement says anything else of a `day` than the statements before."""

    code = "statement_differs"


class MoreThanLeft(Invalid):
    """More than is left of a price, of a line, or of what can be paid back; `left_cents` is what is left."""

    code = "more_than_left"


class NoCashOut(Invalid):
    code = "no_cash_out"


class PurposeUnknown(Invalid):
    code = "purpose_unknown"


class SpendingForbidden(Conflict):
    code = "spending_forbidden"


class ReasonNeeded(Invalid):
    """`verb` is the step that needs a reason; with `how="field"` it is the input that is missing."""

    code = "reason_needed"


class OpeningDiffers(Invalid):
    code = "opening_differs"


class DebtLimitReached(Conflict):
    code = "debt_limit_reached"


class PurposeNotAllowed(Conflict):
    code = "purpose_not_allowed"


class OtherLegalEntity(Conflict):
    code = "other_legal_entity"


class NothingOpen(Conflict):
    """Nothing is left of the price, or nothing is due, so there is nothing to credit or to write off."""

    code = "nothing_open"


class NothingOwed(Conflict):
    """Nothing was paid that could go back to the customer.

    With `how="creditor"` a creditor is owed `owed_cents`, which is less than that.
    """

    code = "nothing_owed"


class InBatch(Conflict):
    """An open batch of payments is to pay it; `left_cents` of what this creditor is owed are in none."""

    code = "in_batch"


class PaidBackAlready(Conflict):
    code = "paid_back_already"


class BelowFloor(Conflict):
    code = "below_floor"


class JournalDiffers(Conflict):
    code = "journal_differs"


class KeyReused(Invalid):
    code = "idempotency_key_reused"


class NumberOutOfRange(Invalid):
    code = "number_out_of_range"


class DayOutOfRange(Invalid):
    """The day is outside its bounds `first` and `last`, both included."""

    code = "day_out_of_range"


class SchemeTooEarly(Invalid):
    """The small-business scheme cannot begin again before the day `first`."""

    code = "scheme_too_early"


class BelowMinimum(Conflict):
    code = "below_minimum"


class NotFilling(Conflict):
    code = "not_filling"


class ReceiptMissing(Conflict):
    code = "receipt_missing"


class TotalDiffers(Conflict):
    code = "total_differs"


class LocksExceed(Conflict):
    code = "locks_exceed"


class SharesDiffer(Conflict):
    code = "shares_differ"


class TermsChanged(Conflict):
    code = "terms_changed"


class BooksDiffer(Conflict):
    code = "books_differ"


class NothingToNet(Conflict):
    code = "nothing_to_net"


class LimitExceeded(Conflict):
    code = "limit_exceeded"


class SeveralSellers(Invalid):
    code = "several_sellers"


class TooLate(Invalid):
    code = "too_late"


class AmountOutOfRange(Invalid):
    code = "amount_out_of_range"


class VatTooHigh(Invalid):
    """An amount cannot hold so much VAT; `highest_cents` is the VAT inside it at the highest rate."""

    code = "vat_too_high"


class VatDiffers(Invalid):
    """The VAT of a rate on a bill is not that of its net amount; both are in cents."""

    code = "vat_differs"


class RuleRefused(Invalid):
    code = "rule_refused"


class ContactIncomplete(Invalid):
    code = "contact_incomplete"


class BuyerReferenceNeeded(Invalid):
    """A public body is invoiced by a reference or an order number of its own."""

    code = "buyer_reference_needed"


class BuyerNumberNeeded(Invalid):
    """A public body is invoiced by its OIN or its KvK number."""

    code = "buyer_number_needed"


class BuyerAddressNeeded(Invalid):
    """An invoice with a buyer's name needs their address."""

    code = "buyer_address_needed"


class InvoiceDetailsMissing(Conflict):
    """The cooperative lacks something that an invoice has to name; its readiness says so."""

    code = "invoice_details_missing"


class RestoredUnchecked(Conflict):
    """The database was restored, and nobody has said yet which number of an invoice left last.

    `last` is the last number that it knows, as text; None with `how="none"`.
    """

    code = "restored_unchecked"


class VatIdNeeded(Invalid):
    """The buyer declares the VAT, and needs a VAT id for that.

    `how` is `intra_eu` if it must be of another state, `partner` if another cooperative buys.
    """

    code = "vat_id_needed"


class PayeeMissing(Invalid):
    code = "payee_missing"


class BadCursor(Invalid):
    status, code = 400, "bad_cursor"

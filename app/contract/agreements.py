"""What would become of an amount under an agreement."""

from datetime import date

from app.contract.books import Leg
from app.contract.shape import Money, MoneyOut, cents, seen, shape, show
from app.usecases.steps.preview import Preview
from app.vocabulary import AgreementId


@shape(Preview)
class SplitPreview:
    """What would become of an amount. Nothing is booked."""

    agreement_id: AgreementId
    """The version of the agreement that splits it."""
    agreement_number: int
    """The number of that version."""
    day: date
    """The day for which it is split."""
    net: Money
    """The amount, without VAT."""
    costs: Money = cents("cost_cents")
    """What is taken off it first."""
    legs: list[Leg] = seen(lambda preview, viewer: [show(Leg, leg, viewer) for leg in preview.split.legs])
    """Where it goes."""
    year_before: Money = seen(lambda preview, _: MoneyOut.of(preview.split.year_before.kept_cents))
    """What the member kept this year before it."""
    year_after: Money = seen(lambda preview, _: MoneyOut.of(preview.split.year_after.kept_cents))
    """What the member keeps this year with it."""

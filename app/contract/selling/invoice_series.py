"""The series of invoice numbers."""

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.domain.selling import invoice_series as domain
from app.ids import CooperativeId
from app.usecases.selling import invoice_series as usecases


@shape(domain.InvoiceSeries)
class InvoiceSeries:
    """The numbers of a cooperative's invoices and credit notes in one year."""

    cooperative_id: CooperativeId
    """The seller."""
    year: int
    """The year."""
    last_number: str | None
    """The last number that is known here; null before the first."""
    unchecked: bool
    """Whether no number is given after a restore, until the treasurer has said which one left last."""
    lost: int
    """How many numbers were given before a restore to invoices that are not known here."""


OF_ONE = "/cooperatives/{cooperative_id}/invoice-series"
invoice_series = Noun("invoices")
invoice_series.get(OF_ONE, usecases.list_invoice_series, InvoiceSeries)
invoice_series.post(f"{OF_ONE}/{{year}}/checks", usecases.check_invoice_series, InvoiceSeries, key=Key.KEPT)

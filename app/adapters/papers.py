"""The files of an invoice, made from its paper alone: the PDF, and the electronic invoice inside and beside it."""

from app.adapters.invoice_pdf import invoice_pdf
from app.adapters.ubl import invoice_ubl
from app.domain.documents import MediaType
from app.domain.selling.invoices import InvoicePaper


def files_of(paper: InvoicePaper) -> dict[MediaType, bytes]:
    """The files of an invoice by their type. Whoever gets no electronic invoice gets the PDF alone."""
    ubl = invoice_ubl(paper)
    files = {MediaType.PDF: invoice_pdf(paper, ubl=ubl)}
    return files if ubl is None else files | {MediaType.XML: ubl}

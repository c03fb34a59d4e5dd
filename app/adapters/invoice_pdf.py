"""The printed form of an invoice: one PDF for archives and for screen readers, with the electronic invoice inside."""

from app.adapters.invoice_texts import printed
from app.adapters.typesetting import typeset
from app.domain.selling.invoices import InvoicePaper


def invoice_pdf(paper: InvoicePaper, *, ubl: bytes | None) -> bytes:
    """The PDF of an invoice, with its UBL attached if there is one: the same bytes for the same input."""
    return typeset(
        "invoice",
        printed(paper),
        paper.issued_on,
        as_they_are=("code",),
        not_printed=("code_text",),
        attached={"ubl": ubl.decode()} if ubl is not None else None,
    )

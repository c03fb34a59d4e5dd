"""What a line of an invoice is called, in the printed form and in the electronic one."""

from app.adapters.messages import say
from app.domain.selling.invoices import InvoiceLine, InvoicePaper, LineRole


def line_title(line: InvoiceLine, paper: InvoicePaper) -> str:
    """The title of a line; the role gives one to a deposit, and to what is credited of an order as a whole.

    What takes off a deposit has the number of its invoice, and what brings one back that of the credit note.
    """
    order = line.order_reference or next(iter(paper.order_references), "")
    if line.role is LineRole.DEPOSIT:
        return say("line", "deposit", paper.language, order=order)
    if line.role is LineRole.DEPOSIT_OFF:
        code = "deposit_back" if line.gross_cents > 0 else "deposit_off"
        return say("line", code, paper.language, number=line.deposit_number or "")
    return line.title or say("line", "credited", paper.language, order=order)

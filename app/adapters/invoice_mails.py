"""Mails to the customers of invoices: plain text in the language of the invoice, from the catalogues."""

from app.adapters.messages import say
from app.domain.documents import MediaType
from app.domain.selling.invoice_mails import InvoiceMail, InvoiceMailKind
from app.domain.selling.invoices import InvoiceKind
from app.domain.selling.references import in_fours

SECTION = "mail"


def invoice_mail_text(mail: InvoiceMail, base: str) -> tuple[str, str]:
    """Subject and body of a mail about an invoice; `base` is the public address of this API, for the status link."""
    paper = mail.paper
    facts = {
        "number": paper.number,
        "seller": paper.seller.trade_name,
        "sender": mail.sender,
        "gross": paper.gross_cents,
        "issued_on": paper.issued_on.isoformat(),
        "refers": [one.number for one in paper.refers_to],
        "count": len(paper.refers_to),
        "reason": paper.reason,
        "due": mail.due_cents,
        "due_on": paper.due_on.isoformat() if paper.due_on else None,
        "iban": in_fours(paper.seller.iban),
        "name": paper.seller.iban_name,
        "reference": paper.rf_reference,
        "link": f"{base}/v1/order-status/{mail.token}",
    }

    def text(code: str) -> str:
        return say(SECTION, code, str(paper.language), **facts)

    said = [text(code) for code in ("greeting", *_sentences(mail), "regards")]
    return text(f"{_about(mail)}_subject"), "\n\n".join(said) + "\n"


def _about(mail: InvoiceMail) -> str:
    """The code of what a mail is about."""
    deposit = mail.kind is InvoiceMailKind.INVOICE and mail.paper.kind is InvoiceKind.DEPOSIT
    return "deposit" if deposit else str(mail.kind)


def _sentences(mail: InvoiceMail) -> list[str]:
    """The codes of what a mail says, in their order."""
    codes = [_about(mail)]
    if mail.kind is InvoiceMailKind.REMINDER:
        codes.append("pay_now")
    elif mail.kind is InvoiceMailKind.CREDIT_NOTE:
        codes += ["refers"] if mail.paper.refers_to else []
        codes += ["reason"] if mail.paper.reason else []
        codes.append("netted" if mail.netted else "comes_back")
    elif mail.netted:
        codes.append("netted")
    else:
        codes.append("pay" if mail.due_cents else "nothing_due")
    if any(one.media_type is MediaType.XML for one in mail.files):
        codes.append("electronic")
    if mail.token is not None:
        codes.append("status")
    if mail.reply_to is not None:
        codes.append("reply")
    return codes

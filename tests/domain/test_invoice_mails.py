"""When an invoice is overdue and its customer is reminded, and what mails about every kind of invoice say."""

import re
from dataclasses import replace
from datetime import date

import pytest

from app.adapters.invoice_mails import invoice_mail_text
from app.adapters.messages import euro
from app.domain.days import AMSTERDAM
from app.domain.selling.invoice_mails import InvoiceMail, InvoiceMailKind, deadlines_of
from app.domain.selling.invoices import InvoiceKind, InvoiceLanguage, InvoicePaper
from tests.papers import PAPERS, credit_note, deposit, final_of_nothing, partner, standard

WHOLE = re.compile(r"[0-9]+")


def mail_of(paper: InvoicePaper, kind: InvoiceMailKind, due_cents: int | None = None) -> InvoiceMail:
    due = paper.payable_cents if due_cents is None else due_cents
    return InvoiceMail(
        kind=kind,
        paper=paper,
        due_cents=due,
        sender="Zuid",
        reply_to="zuid@example.org",
        files=(),
        netted=paper.kind is InvoiceKind.PARTNER,
    )


def test_it_is_overdue_the_day_after_and_reminded_of_in_the_morning() -> None:
    """Due on 28 March 2026, the day before summer time."""
    found = deadlines_of(replace(standard(), due_on=date(2026, 3, 28)))
    local = [(timer, f"{at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}") for timer, at in found]
    assert local == [
        ("invoice_overdue", "2026-03-29 00:00"),
        ("invoice_reminder", "2026-04-04 09:00"),
        ("invoice_reminder", "2026-04-11 09:00"),
    ]


def test_what_asks_nothing_has_no_deadlines() -> None:
    assert [deadlines_of(one()) for one in (credit_note, final_of_nothing, partner)] == [[], [], []]


@pytest.mark.parametrize("name", PAPERS)
def test_a_mail_says_no_number_that_is_not_of_its_invoice(name: str) -> None:
    paper = PAPERS[name]()
    kinds = [InvoiceMailKind.CREDIT_NOTE] if paper.is_credit_note else [InvoiceMailKind.INVOICE]
    kinds += [InvoiceMailKind.REMINDER] if paper.due_on and paper.payable_cents else []
    days = [day for day in (paper.due_on, paper.issued_on) if day]
    facts = [paper.number, paper.seller.iban, paper.seller.iban_name, paper.seller.trade_name, paper.rf_reference or ""]
    facts += [one.number for one in paper.refers_to]
    facts += [euro(cents, paper.language) for cents in (paper.gross_cents, paper.payable_cents)]
    known = {*WHOLE.findall(" ".join(facts)), *(str(day.day) for day in days), *(str(day.year) for day in days)}
    # An IBAN is in groups of four.
    known |= set(WHOLE.findall(" ".join(paper.seller.iban[at : at + 4] for at in range(0, len(paper.seller.iban), 4))))
    for kind in kinds:
        subject, body = invoice_mail_text(mail_of(paper, kind), "https://samen.example")
        assert paper.number in subject
        assert set(WHOLE.findall(f"{subject} {body}")) <= known, body
        assert euro(paper.gross_cents, paper.language) in body or kind is InvoiceMailKind.REMINDER
        assert paper.buyer is None or paper.buyer.name not in body


def test_a_reminder_asks_what_is_due_now() -> None:
    paper = standard()
    _, body = invoice_mail_text(mail_of(paper, InvoiceMailKind.REMINDER, 1_205), "")
    assert body.count("€ 12,05") == 2
    english = replace(paper, language=InvoiceLanguage.EN)
    assert invoice_mail_text(mail_of(english, InvoiceMailKind.REMINDER, 1_205), "")[1].count("€12.05") == 2


def test_a_credit_note_tells_its_amount_its_invoices_and_why() -> None:
    subject, body = invoice_mail_text(mail_of(credit_note(), InvoiceMailKind.CREDIT_NOTE), "")
    assert subject.startswith("Creditnota BRD2026-00040 ")
    assert "Bij de facturen BRD2026-00008 en BRD2026-00021 hoort deze creditnota." in body
    assert "Reden: De helft van het gras kwam niet op." in body
    assert "Dan krijgt u dat geld terug." in body
    unexplained = replace(credit_note(), reason="", refers_to=credit_note().refers_to[:1], language=InvoiceLanguage.EN)
    _, body = invoice_mail_text(mail_of(unexplained, InvoiceMailKind.CREDIT_NOTE), "")
    assert "Invoice BRD2026-00008 is what the credit note is about." in body
    assert "Reason" not in body
    netted = replace(mail_of(credit_note(), InvoiceMailKind.CREDIT_NOTE), netted=True)
    assert "terug" not in invoice_mail_text(netted, "")[1]


def test_a_deposit_is_called_one() -> None:
    subject, body = invoice_mail_text(mail_of(deposit(), InvoiceMailKind.INVOICE), "")
    assert "aanbetaling" in subject
    assert "aanbetaling" in body


@pytest.mark.parametrize("language", InvoiceLanguage)
def test_no_sentence_ends_with_a_name(language: InvoiceLanguage) -> None:
    """A name may end with a full stop itself."""
    for make in PAPERS.values():
        paper = make()
        seller = replace(paper.seller, trade_name="Zuid U.A.", iban_name="Zuid U.A.")
        paper = replace(paper, seller=seller, language=language)
        kinds = [InvoiceMailKind.CREDIT_NOTE] if paper.is_credit_note else [InvoiceMailKind.INVOICE]
        kinds += [InvoiceMailKind.REMINDER] if paper.due_on and paper.payable_cents else []
        assert not [kind for kind in kinds if ".." in invoice_mail_text(mail_of(paper, kind), "")[1]]

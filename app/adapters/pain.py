"""Payments for the bank: pain.001.001.09, by the guidelines of the European Payments Council.

One `PmtInf` and one day a file: some banks refuse files with several. No addresses and no BIC of the receiver, since
banks refuse loose address lines from November 2026 on, and derive the BIC from the IBAN.
"""

import re

from stdnum import iso11649

from app.adapters.iso_elements import Element, Elements, file_of
from app.domain.books.payment_files import PaymentFile, PaymentOfFile
from app.domain.days import AMSTERDAM
from app.domain.money import CURRENCY, decimal_text
from app.domain.sepa_text import LONGEST_NAME, LONGEST_TEXT, keeps_a_letter, sepa_text

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_xml = Elements(PAIN)
_ID = re.compile(r"(?!/)[A-Za-z0-9/\-?:().,'+]{1,35}(?<!/)")
_DUTCH_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1, 2, 4, 8, 5, 10)
"""Of the digits of a Dutch payment reference, from the last one on; the first digit is the check."""


def payment_file(batch: PaymentFile) -> bytes:
    """The file: the same bytes for the same batch.

    Raises ValueError if a bank would refuse it: without payments, with an id that banks do not take or one that comes
    twice, an amount that is not above zero, or a name of which no letter is left.
    """
    ids = [payment.end_to_end_id for payment in batch.items]
    if not ids or len(set(ids)) < len(ids):
        raise ValueError("a file needs payments, each with an id of its own")
    counts = [("NbOfTxs", str(len(ids))), ("CtrlSum", decimal_text(sum(one.cents for one in batch.items)))]
    debtor = ("Nm", _name(batch.debtor_name))
    made_at = batch.made_at.astimezone(AMSTERDAM).replace(tzinfo=None).isoformat(timespec="seconds")
    tree = _xml.element(
        "Document",
        _xml.element(
            "CstmrCdtTrfInitn",
            _xml.element(
                "GrpHdr",
                ("MsgId", _id(batch.message_id)),
                ("CreDtTm", made_at),
                *counts,
                _xml.element("InitgPty", debtor),
            ),
            _xml.element(
                "PmtInf",
                ("PmtInfId", _id(batch.message_id)),
                ("PmtMtd", "TRF"),
                ("BtchBookg", "false"),
                *counts,
                _xml.nested("PmtTpInf", "SvcLvl", "Cd", text="SEPA"),
                _xml.nested("ReqdExctnDt", "Dt", text=batch.execute_on.isoformat()),
                _xml.element("Dbtr", debtor),
                _xml.nested("DbtrAcct", "Id", "IBAN", text=batch.debtor_iban),
                _xml.nested("DbtrAgt", "FinInstnId", "Othr", "Id", text="NOTPROVIDED"),
                ("ChrgBr", "SLEV"),
                *(_payment(payment) for payment in batch.items),
            ),
        ),
    )
    return file_of(tree)


def _payment(payment: PaymentOfFile) -> Element:
    if payment.cents <= 0:
        raise ValueError("a payment has an amount above zero")
    amount = _xml.text("InstdAmt", decimal_text(payment.cents), Ccy=CURRENCY)
    return _xml.element(
        "CdtTrfTxInf",
        _xml.element("PmtId", ("EndToEndId", _id(payment.end_to_end_id))),
        _xml.element("Amt", amount),
        _xml.element("Cdtr", ("Nm", _name(payment.name))),
        _xml.nested("CdtrAcct", "Id", "IBAN", text=payment.iban),
        *_remittance(payment),
    )


def _remittance(payment: PaymentOfFile) -> list[Element]:
    """A reference that banks check, or a text: they refuse both together."""
    reference = "".join((payment.creditor_reference or "").split()).upper()
    if issuer := _issuer(reference):
        kind = _xml.element("Tp", _xml.nested("CdOrPrtry", "Cd", text="SCOR"), ("Issr", issuer))
        return [_xml.element("RmtInf", _xml.element("Strd", _xml.element("CdtrRefInf", kind, ("Ref", reference))))]
    text = sepa_text(" ".join(filter(None, (payment.creditor_reference, payment.text))), LONGEST_TEXT)
    return [_xml.nested("RmtInf", "Ustrd", text=text)] if text else []


def _issuer(reference: str) -> str | None:
    """Whose reference it is: ISO 11649, or Dutch (`CUR`, 16 digits); none if its check digits are wrong."""
    if iso11649.is_valid(reference):
        return "ISO"
    if not re.fullmatch("[0-9]{16}", reference):
        return None
    total = sum(weight * int(digit) for weight, digit in zip(_DUTCH_WEIGHTS, reversed(reference[1:]), strict=True))
    return "CUR" if int(reference[0]) == {0: 0, 1: 1}.get(total % 11, 11 - total % 11) else None


def _id(text: str) -> str:
    if not _ID.fullmatch(text) or "//" in text:
        raise ValueError(f"banks take no id like {text!r}")
    return text


def _name(text: str) -> str:
    if not keeps_a_letter(text):
        raise ValueError(f"no letter is left of the name {text!r}")
    return sepa_text(text, LONGEST_NAME)

"""Payments for the bank: pain.001.001.09, by the guidelines of the European Payments Council.

One `PmtInf` and one day a file: some banks refuse files with several. No addresses and no BIC of the receiver, since
banks refuse loose address lines from November 2026 on, and derive the BIC from the IBAN.
"""

import re
from typing import Any

from lxml import etree
from stdnum import iso11649

from app.domain.books.payment_files import PaymentFile, PaymentOfFile
from app.domain.days import AMSTERDAM
from app.domain.money import CURRENCY, decimal_text
from app.domain.sepa_text import LONGEST_NAME, LONGEST_TEXT, keeps_a_letter, sepa_text

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
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
    tree = _element(
        "Document",
        _element(
            "CstmrCdtTrfInitn",
            _element(
                "GrpHdr", ("MsgId", _id(batch.message_id)), ("CreDtTm", made_at), *counts, _element("InitgPty", debtor)
            ),
            _element(
                "PmtInf",
                ("PmtInfId", _id(batch.message_id)),
                ("PmtMtd", "TRF"),
                ("BtchBookg", "false"),
                *counts,
                _nested("PmtTpInf", "SvcLvl", "Cd", text="SEPA"),
                _nested("ReqdExctnDt", "Dt", text=batch.execute_on.isoformat()),
                _element("Dbtr", debtor),
                _nested("DbtrAcct", "Id", "IBAN", text=batch.debtor_iban),
                _nested("DbtrAgt", "FinInstnId", "Othr", "Id", text="NOTPROVIDED"),
                ("ChrgBr", "SLEV"),
                *(_payment(payment) for payment in batch.items),
            ),
        ),
    )
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))


def _payment(payment: PaymentOfFile) -> Any:
    if payment.cents <= 0:
        raise ValueError("a payment has an amount above zero")
    amount = _element("Amt", ("InstdAmt", decimal_text(payment.cents)))
    amount[0].set("Ccy", CURRENCY)
    return _element(
        "CdtTrfTxInf",
        _element("PmtId", ("EndToEndId", _id(payment.end_to_end_id))),
        amount,
        _element("Cdtr", ("Nm", _name(payment.name))),
        _nested("CdtrAcct", "Id", "IBAN", text=payment.iban),
        *_remittance(payment),
    )


def _remittance(payment: PaymentOfFile) -> list[Any]:
    """A reference that banks check, or a text: they refuse both together."""
    reference = "".join((payment.creditor_reference or "").split()).upper()
    if issuer := _issuer(reference):
        kind = _element("Tp", _nested("CdOrPrtry", "Cd", text="SCOR"), ("Issr", issuer))
        return [_element("RmtInf", _element("Strd", _element("CdtrRefInf", kind, ("Ref", reference))))]
    text = sepa_text(" ".join(filter(None, (payment.creditor_reference, payment.text))), LONGEST_TEXT)
    return [_nested("RmtInf", "Ustrd", text=text)] if text else []


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


def _element(name: str, *parts: Any) -> Any:
    """An element with others in it; a pair is one of a name and a text."""
    element = etree.Element(f"{{{PAIN}}}{name}", nsmap={None: PAIN})
    for part in parts:
        if isinstance(part, tuple):
            etree.SubElement(element, f"{{{PAIN}}}{part[0]}").text = part[1]
        else:
            element.append(part)
    return element


def _nested(name: str, *names: str, text: str) -> Any:
    """Elements within each other, the innermost of which has a text."""
    *between, last = names
    inner: Any = (last, text)
    for one in reversed(between):
        inner = _element(one, inner)
    return _element(name, inner)

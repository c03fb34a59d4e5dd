"""A bank for demonstrations and tests: it takes files of payments, and gives statements. No real bank is asked."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from app.adapters.iso_elements import Element, Elements, file_of
from app.adapters.pain import PAIN
from app.domain.money import CURRENCY, decimal_text
from app.domain.target_days import is_target_day

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
TRANSFER_IN, TRANSFER_OUT, COSTS = "PMNT-RCDT-ESCT", "PMNT-ICDT-ESCT", "ACMT-MDOP-CHRG"
_xml = Elements(CAMT)
_TAKEN = re.compile(r"[A-Za-z0-9 /\-?:().,'+]*")
_PAIN = {None: PAIN}


class FileRefused(Exception):
    """The bank does not take a file of payments."""


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Money that came in (above zero) or went out; `name` and `iban` are the other party."""

    day: date
    cents: int
    name: str = ""
    iban: str = ""
    text: str = ""
    creditor_reference: str = ""
    end_to_end_id: str = ""
    batch_id: str = ""
    """Without an EndToEndId it is the whole batch."""
    return_reason: str = ""
    """Why a payment came back, such as AC04."""
    code: str = TRANSFER_IN


class DemoBank:
    """A bank with one account, `iban`, which had `opening_cents` before its first movement."""

    def __init__(self, *, iban: str, holder: str, opening_cents: int = 0) -> None:
        self.iban, self.holder, self.opening_cents = iban, holder, opening_cents
        self.movements = list[Movement]()
        self.taken = set[str]()

    def move(self, movement: Movement) -> None:
        """Somebody pays the account, or the account pays without a file."""
        self.movements.append(movement)

    def take(self, file: bytes, *, refused: Collection[str] = (), as_one: bool = False) -> None:
        """Pays what a file of payments asks for, on its day, but for the `refused` EndToEndIds.

        `as_one` books the batch as one movement, as some banks do whatever the file asks. Raises FileRefused.
        """
        batch = _checked(etree.fromstring(file), self.iban)
        number, day = _text(batch, "PmtInfId"), date.fromisoformat(_text(batch, "ReqdExctnDt/Dt"))
        if number in self.taken:
            raise FileRefused("this file was sent before")
        self.taken.add(number)
        paid = [one for one in batch.iterfind("CdtTrfTxInf", _PAIN) if _text(one, "PmtId/EndToEndId") not in refused]
        if as_one:
            total = sum(_cents(payment) for payment in paid)
            self.move(Movement(day=day, cents=-total, batch_id=number, code=TRANSFER_OUT))
            return
        for payment in paid:
            self.move(
                Movement(
                    day=day,
                    cents=-_cents(payment),
                    name=_text(payment, "Cdtr/Nm"),
                    iban=_text(payment, "CdtrAcct/Id/IBAN"),
                    text=_text(payment, "RmtInf/Ustrd"),
                    creditor_reference=_text(payment, "RmtInf/Strd/CdtrRefInf/Ref"),
                    end_to_end_id=_text(payment, "PmtId/EndToEndId"),
                    batch_id=number,
                    code=TRANSFER_OUT,
                )
            )

    def send_back(self, end_to_end_id: str, day: date, reason: str = "AC04") -> None:
        """A payment that went out comes back, under its own EndToEndId."""
        out = next(one for one in self.movements if one.end_to_end_id == end_to_end_id and one.cents < 0)
        self.move(
            Movement(
                day=day,
                cents=-out.cents,
                name=out.name,
                iban=out.iban,
                text=out.text,
                end_to_end_id=end_to_end_id,
                return_reason=reason,
            )
        )

    def balance_after(self, day: date) -> int:
        return self.opening_cents + sum(one.cents for one in self.movements if one.day <= day)

    def statement(self, first_on: date, last_on: date) -> bytes:
        """The statement of these days, as a file of camt.053.001.08."""
        within = [(n, one) for n, one in enumerate(self.movements, 1) if first_on <= one.day <= last_on]
        closing = self.balance_after(last_on)
        opening = closing - sum(one.cents for _, one in within)
        moment = f"{last_on.isoformat()}T23:30:00"
        number = f"{first_on:%y%m%d}-{last_on:%y%m%d}"
        statement = _xml.element(
            "Stmt",
            ("Id", number),
            ("CreDtTm", moment),
            _xml.element("Acct", _xml.nested("Id", "IBAN", text=self.iban), ("Ccy", CURRENCY)),
            _balance("OPBD", opening, first_on),
            _balance("CLBD", closing, last_on),
            *(self._entry(n, one) for n, one in sorted(within, key=lambda numbered: numbered[1].day)),
        )
        head = _xml.element("GrpHdr", ("MsgId", number), ("CreDtTm", moment))
        return file_of(_xml.element("Document", _xml.element("BkToCstmrStmt", head, statement)))

    def _entry(self, number: int, movement: Movement) -> Element:
        domain, family, sub = movement.code.split("-")
        family_of = _xml.element("Fmly", ("Cd", family), ("SubFmlyCd", sub))
        as_one = movement.batch_id and not movement.end_to_end_id
        details = _xml.element("Btch", ("PmtInfId", movement.batch_id)) if as_one else self._detail(movement)
        return _xml.element(
            "Ntry",
            *_amount(movement.cents),
            _xml.nested("Sts", "Cd", text="BOOK"),
            _xml.nested("BookgDt", "Dt", text=movement.day.isoformat()),
            _xml.nested("ValDt", "Dt", text=movement.day.isoformat()),
            ("AcctSvcrRef", f"{self.iban[-4:]}{number:08}"),
            _xml.element("BkTxCd", _xml.element("Domn", ("Cd", domain), family_of)),
            _xml.element("NtryDtls", details),
        )

    def _detail(self, movement: Movement) -> Element:
        """The debtor of a return is the one of the payment: banks repeat its parties."""
        own, other = (self.holder, self.iban), (movement.name, movement.iban)
        outgoing = movement.cents < 0 or movement.return_reason
        debtor, creditor = (own, other) if outgoing else (other, own)
        known = movement.end_to_end_id or "NOTPROVIDED"
        reference = [_xml.nested("Strd", "CdtrRefInf", "Ref", text=movement.creditor_reference)]
        words = [*_filled(("Ustrd", movement.text)), *(reference if movement.creditor_reference else [])]
        why = [_xml.element("RtrInf", _xml.nested("Rsn", "Cd", text=movement.return_reason))]
        return _xml.element(
            "TxDtls",
            _xml.element("Refs", *_filled(("PmtInfId", movement.batch_id)), ("EndToEndId", known)),
            *_amount(movement.cents),
            _xml.element("RltdPties", *_party("Dbtr", *debtor), *_party("Cdtr", *creditor)),
            *([_xml.element("RmtInf", *words)] if words else []),
            *(why if movement.return_reason else []),
        )


def _checked(root: Any, iban: str) -> Any:
    """The batch of a file. Raises FileRefused."""
    batches = root.findall("CstmrCdtTrfInitn/PmtInf", _PAIN)
    if len(batches) != 1:
        raise FileRefused("more or less than one batch")
    batch, head = batches[0], root.find("CstmrCdtTrfInitn/GrpHdr", _PAIN)
    payments = batch.findall("CdtTrfTxInf", _PAIN)
    total = Decimal(sum(_cents(payment) for payment in payments)) / 100
    texts = [element.text or "" for element in root.iter("{*}Nm", "{*}Ustrd", "{*}MsgId", "{*}EndToEndId")]
    faults = {
        "another account": _text(batch, "DbtrAcct/Id/IBAN") != iban,
        "an id twice": len({_text(payment, "PmtId/EndToEndId") for payment in payments}) < len(payments),
        "counts": any(_text(part, "NbOfTxs") != str(len(payments)) for part in (head, batch)),
        "sums": any(Decimal(_text(part, "CtrlSum")) != total for part in (head, batch)),
        "characters": not all(_TAKEN.fullmatch(text) for text in texts),
        "costs": _text(batch, "ChrgBr") != "SLEV",
        "text and reference": any(len(said) > 1 for said in root.iter("{*}RmtInf")),
        "a day on which banks are closed": not is_target_day(date.fromisoformat(_text(batch, "ReqdExctnDt/Dt"))),
    }
    if wrong := [fault for fault, there in faults.items() if there]:
        raise FileRefused(", ".join(wrong))
    return batch


def _text(element: Any, path: str) -> str:
    return str(element.findtext(path, "", _PAIN))


def _cents(payment: Any) -> int:
    return int(Decimal(_text(payment, "Amt/InstdAmt")) * 100)


def _filled(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[1]]


def _party(side: str, name: str, iban: str) -> list[Element]:
    named = [_xml.element(side, _xml.element("Pty", ("Nm", name)))] if name else []
    return named + ([_xml.element(f"{side}Acct", _xml.nested("Id", "IBAN", text=iban))] if iban else [])


def _amount(cents: int) -> list[Element]:
    return [
        _xml.text("Amt", decimal_text(abs(cents)), Ccy=CURRENCY),
        _xml.text("CdtDbtInd", "DBIT" if cents < 0 else "CRDT"),
    ]


def _balance(code: str, cents: int, day: date) -> Element:
    kind = _xml.nested("Tp", "CdOrPrtry", "Cd", text=code)
    return _xml.element("Bal", kind, *_amount(cents), _xml.nested("Dt", "Dt", text=day.isoformat()))

"""Bank statements in files: camt.053.001.02 and camt.053.001.08, one file or a zip of several.

No reading is guessed: a statement that is incomplete or does not add up is refused. The sign of a line is `CdtDbtInd`
and nothing else.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

from app.domain.books.bank_statements import LineOfBank, StatementOfBank
from app.domain.days import FIRST_DAY, day_of
from app.domain.errors import DomainError, StatementDoesNotAddUp, StatementUnreadable
from app.domain.money import CURRENCY, MAX_CENTS

MOST_BYTES = 5_000_000
"""Bytes of all files together, unpacked."""
MOST_FILES = 100
MOST_PARTS = 20_000
"""Statements, entries and details of a file; 5 MB hold about 7,000 lines as banks write them."""
SCHEMAS = "urn:iso:std:iso:20022:tech:xsd:"
KINDS = ("camt.053.001.02", "camt.053.001.08")
_AMOUNT = re.compile(r"\+?[0-9]{0,18}(\.[0-9]{0,5})?")
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_MT940 = re.compile(rb"^:(20|25|60[FM]):", re.MULTILINE)
_LAST_YEAR = 2199
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_ID, _LONGEST_CODE = 5000, 140, 140, 60
"""Characters that the table of lines takes; a text that is longer is cut."""


def read_statements(content: bytes) -> list[StatementOfBank]:
    """All statements of a file or a zip, of whatever account, by day.

    A statement that cannot be taken has a `refusal`. It matters only if the account is ours, so `ours_of` comes next.
    Thousands of lines take some seconds: call it in a thread. Raises StatementUnreadable if the file as a whole cannot
    be read.
    """
    files = _unpacked(content) if content.startswith(b"PK") else [content]
    if sum(map(len, files)) > MOST_BYTES:
        raise StatementUnreadable(how="size", most=MOST_BYTES // 1_000_000)
    statements = [_statement(element) for file in files for element in _statements(file)]
    return sorted(statements, key=lambda statement: (statement.first_on, statement.last_on))


def _unpacked(content: bytes) -> list[bytes]:
    """The files of a zip. At most one byte more than allowed is unpacked, whatever the zip says of itself."""
    files, room = list[bytes](), MOST_BYTES + 1
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise StatementUnreadable(how="files", most=MOST_FILES)
            for entry in entries:
                # Other methods may ask for gigabytes of memory before they give a byte.
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise StatementUnreadable(how="zip")
                with archive.open(entry) as file:
                    files.append(file.read(room))
                room -= len(files[-1])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise StatementUnreadable(how="zip") from None
    return files


class _Part(NamedTuple):
    """An element; paths lead to elements of the same namespace, whatever their prefix."""

    element: Any
    namespace: str

    def all(self, path: str) -> list["_Part"]:
        return [_Part(element, self.namespace) for element in self.element.findall(_path(path, self.namespace))]

    def first(self, *paths: str) -> "_Part | None":
        return next((part for path in paths for part in self.all(path)), None)

    def texts(self, *paths: str) -> list[str]:
        """The texts at each path, without blanks around them; empty ones are left out."""
        found = (element for path in paths for element in self.element.findall(_path(path, self.namespace)))
        return [text for element in found if (text := (element.text or "").strip())]

    def text(self, *paths: str) -> str | None:
        return next(iter(self.texts(*paths)), None)


@cache
def _path(path: str, namespace: str) -> str:
    """The path with the namespace before each name; lxml reads such a path much faster than one with prefixes."""
    return path if path == "." else "/".join(f"{{{namespace}}}{name}" for name in path.split("/"))


def _statements(content: bytes) -> list[_Part]:
    """The statements of a file. Raises StatementUnreadable."""
    # The parser gets the bytes, since only they say their encoding.
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        raise _other_kind(content) from None
    # Bytes in UTF-16 hold no `<!DOCTYPE`, so the parsed tree is asked.
    if root.getroottree().docinfo.doctype:
        raise StatementUnreadable(how="doctype")
    name = etree.QName(root)
    space = name.namespace or ""
    kind = space.removeprefix(SCHEMAS) if space.startswith(SCHEMAS) else name.localname
    if kind not in KINDS:
        raise StatementUnreadable(how="kind", what=kind[:60])
    if sum(1 for _ in root.iter(*(f"{{{space}}}{part}" for part in ("Stmt", "Ntry", "TxDtls")))) > MOST_PARTS:
        raise StatementUnreadable(how="lines", most=MOST_PARTS)
    if not (statements := _Part(root, space).all("BkToCstmrStmt/Stmt")):
        raise StatementUnreadable(how="content", what="Stmt", number="")
    return statements


def _other_kind(content: bytes) -> StatementUnreadable:
    """The refusal of what is no XML, by the kind of file if we know it."""
    if content.startswith(b"%PDF"):
        return StatementUnreadable(how="kind", what="PDF")
    return StatementUnreadable(how="kind", what="MT940") if _MT940.search(content[:2000]) else StatementUnreadable()


def _statement(statement: _Part) -> StatementOfBank:
    """The statement, or one with a refusal. Of an account in another currency only the account is read."""
    iban = _iban(statement.text("Acct/Id/IBAN", "Acct/Id/Othr/Id")) or "?"
    number = (statement.text("Id") or "")[:_LONGEST_ID]
    currency = statement.text("Acct/Ccy") or next((a.element.get("Ccy", "") for a in statement.all("Bal/Amt")), "")
    refusal: DomainError | None = None
    if currency == CURRENCY:
        try:
            return _Reader(iban, number).read(statement)
        except (StatementUnreadable, StatementDoesNotAddUp) as error:
            refusal = error
    return StatementOfBank(
        iban=iban,
        currency=currency,
        number=number,
        first_on=FIRST_DAY,
        last_on=FIRST_DAY,
        opening_cents=0,
        closing_cents=0,
        lines=(),
        refusal=refusal,
    )


class _Reader:
    """Reads one statement of an account in euro."""

    def __init__(self, iban: str, number: str) -> None:
        self.iban, self.number = iban, number

    def read(self, statement: _Part) -> StatementOfBank:
        """Raises StatementUnreadable and StatementDoesNotAddUp."""
        entries = [entry for entry in statement.all("Ntry") if entry.text("Sts/Cd", "Sts") == "BOOK"]
        moved = sum(self.signed(entry) for entry in entries)
        opening, closing = self.balance(statement, "OPBD", "PRCD"), self.balance(statement, "CLBD")
        if opening is None or closing is None or opening.cents + moved != closing.cents:
            missing = {"how": "opening"} if opening is None else {"how": "closing"} if closing is None else {}
            raise StatementDoesNotAddUp(
                opening_cents=opening and opening.cents,
                lines_cents=moved,
                closing_cents=closing and closing.cents,
                **missing,
            )
        lines = tuple(line for entry in entries for line in self.lines(entry))
        days = [line.day for line in lines]
        return StatementOfBank(
            iban=self.iban,
            currency=CURRENCY,
            number=self.number,
            first_on=min(days, default=closing.day),
            last_on=max([closing.day, *days]),
            opening_cents=opening.cents,
            closing_cents=closing.cents,
            lines=lines,
        )

    def balance(self, statement: _Part, *codes: str) -> "_Balance | None":
        """The balance of these codes; none if there is none, or if there are several that differ."""
        found = [part for part in statement.all("Bal") if part.text("Tp/CdOrPrtry/Cd") in codes]
        amounts = {self.signed(part) for part in found}
        return _Balance(amounts.pop(), self.day(found[-1], "Dt")) if len(amounts) == 1 else None

    def lines(self, entry: _Part) -> Iterable[LineOfBank]:
        """The details of an entry if they add up to it, otherwise the entry as one line. A line of 0.00 is left out."""
        total, details = self.signed(entry), entry.all("NtryDtls/TxDtls")
        amounts = [self.detail_amount(detail, entry) for detail in details]
        if len(details) < 2 or None in amounts or sum(filter(None, amounts)) != total:
            return [self.line(entry, details, total, entry.texts("AddtlNtryInf"))] if total else []
        # The text of the entry belongs to none of the details.
        return [self.line(entry, [detail], cents, []) for detail, cents in zip(details, amounts, strict=True) if cents]

    def line(self, entry: _Part, details: list[_Part], cents: int, said: list[str]) -> LineOfBank:
        """A line of one detail, of none, or of several: then only what all of them say."""
        parties = {self.counterparty(detail, cents) for detail in details}
        party = parties.pop() if len(parties) == 1 else _Party()
        texts = [text for detail in details for text in self.said(detail)] + said
        code = _bank_code(details[0]) if len(details) == 1 else None
        returned = any(detail.all("RtrInf") for detail in details)
        return LineOfBank(
            day=self.day(entry, "BookgDt"),
            cents=cents,
            text="\n".join(dict.fromkeys(texts))[:_LONGEST_TEXT],
            bank_reference=_known(entry.text("AcctSvcrRef")) or _known(_common(details, "Refs/AcctSvcrRef")),
            counterparty_iban=party.iban,
            counterparty_name=party.name and party.name[:_LONGEST_NAME],
            creditor_reference=_known(_common(details, "RmtInf/Strd/CdtrRefInf/Ref")),
            end_to_end_id=_known(_common(details, "Refs/EndToEndId")),
            batch_id=_known(_common(details, "Refs/PmtInfId") or _common([entry], "NtryDtls/Btch/PmtInfId")),
            is_return=returned,
            return_reason=_known(_common(details, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")) if returned else None,
            bank_code=code or _bank_code(entry),
        )

    def said(self, detail: _Part) -> list[str]:
        """All that a detail says in words, and what its money was in another currency."""
        foreign = [
            f"{amount.element.get('Ccy')} {amount.text('.')}"
            for path in ("Amt", "AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt")
            for amount in detail.all(path)
            if amount.element.get("Ccy") != CURRENCY
        ]
        ultimate = [f"RltdPties/{side}{name}" for side in ("UltmtDbtr", "UltmtCdtr") for name in ("/Nm", "/Pty/Nm")]
        return [
            *detail.texts(
                "RmtInf/Ustrd",
                "RmtInf/Strd/CdtrRefInf/Ref",
                "RmtInf/Strd/AddtlRmtInf",
                "AddtlTxInf",
                "RtrInf/AddtlInf",
                *ultimate,
            ),
            *foreign,
        ]

    def counterparty(self, detail: _Part, cents: int) -> "_Party":
        """The party that is not the account itself: of a return, some banks repeat the parties of the payment."""
        sides = ("Dbtr", "Cdtr") if cents > 0 else ("Cdtr", "Dbtr")
        parties = [_party(detail, side) for side in sides]
        others = [party for party in parties if party.name or party.iban]
        return next((party for party in others if party.iban != self.iban), _Party())

    def detail_amount(self, detail: _Part, entry: _Part) -> int | None:
        """The amount of a detail; none if it says none in euro."""
        for amount in detail.all("Amt") + detail.all("AmtDtls/TxAmt/Amt"):
            if amount.element.get("Ccy") == CURRENCY:
                return self.sign(detail if detail.text("CdtDbtInd") else entry) * self.cents(amount)
        return None

    def signed(self, part: _Part) -> int:
        """The amount of an entry or a balance: above zero if it is credit. Raises StatementUnreadable."""
        amount = part.first("Amt")
        if amount is None or amount.element.get("Ccy") != CURRENCY:
            raise self.refused("Amt")
        return self.sign(part) * self.cents(amount)

    def sign(self, part: _Part) -> int:
        signs = {"CRDT": 1, "DBIT": -1}
        if (sign := signs.get(part.text("CdtDbtInd") or "")) is None:
            raise self.refused("CdtDbtInd")
        return sign

    def cents(self, amount: _Part) -> int:
        written = amount.text(".") or ""
        try:
            cents = Decimal(written) * 100 if _AMOUNT.fullmatch(written) else Decimal(-1)
        except InvalidOperation:
            cents = Decimal(-1)
        if not 0 <= cents <= MAX_CENTS or cents != int(cents):
            raise self.refused("Amt")
        return int(cents)

    def day(self, part: _Part, name: str) -> date:
        """A day as written; of a moment with an offset the day in Amsterdam."""
        try:
            if written := part.text(f"{name}/Dt"):
                day = date.fromisoformat(written[:10])
            else:
                moment = datetime.fromisoformat(part.text(f"{name}/DtTm") or "")
                day = day_of(moment) if moment.tzinfo else moment.date()
        except (ValueError, OverflowError):
            raise self.refused(name) from None
        if not FIRST_DAY.year <= day.year <= _LAST_YEAR:
            raise self.refused(name)
        return day

    def refused(self, what: str) -> StatementUnreadable:
        return StatementUnreadable(how="content", what=what, number=self.number)


class _Balance(NamedTuple):
    cents: int
    day: date


class _Party(NamedTuple):
    name: str | None = None
    iban: str | None = None


def _party(detail: _Part, side: str) -> _Party:
    iban = _iban(detail.text(f"RltdPties/{side}Acct/Id/IBAN"))
    name = detail.text(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")
    return _Party(name, iban if _IBAN.fullmatch(iban) else None)


def _iban(written: str | None) -> str:
    return "".join((written or "").split()).upper()[:34]


def _common(parts: list[_Part], *paths: str) -> str | None:
    """The text at the path if all parts that have one agree."""
    found = {text for part in parts for text in part.texts(*paths)[:1]}
    return found.pop() if len(found) == 1 else None


def _known(reference: str | None) -> str | None:
    """A reference, without the word by which banks say that there is none."""
    if reference is None or reference.upper() in ("NOTPROVIDED", "NONREF"):
        return None
    return reference[:_LONGEST_ID]


def _bank_code(part: _Part) -> str | None:
    """Domain, family and subfamily, such as PMNT-RCDT-ESCT; otherwise the bank's own code."""
    codes = part.texts("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
    return ("-".join(codes) or part.text("BkTxCd/Prtry/Cd") or "")[:_LONGEST_CODE] or None

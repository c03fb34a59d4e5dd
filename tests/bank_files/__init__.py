"""Bank statements for tests, in both kinds of camt.053. Names and banks are invented; the check digits are right.

`camt(statement(entry("12.00", detail(text="…"))))` is a file. Amounts are texts; below zero, money goes out.
"""

from decimal import Decimal
from xml.sax.saxutils import escape

OURS, SAVINGS, OTHERS = "NL45XXXA0000004321", "NL77XXXA0000004327", "NL58XXXB0000008888"
PAYER, SUPPLIER = ("Bakkerij Verzonnen", "NL21XXXB0000001212"), ("Garenhuis Verzonnen", "NL08XXXC0000003434")
US = ("Naaiatelier Verzonnen", OURS)
DAY = "2026-04-14"
Party = tuple[str, str]


def tag(name: str, *parts: str | None, **attributes: str) -> str:
    """An element with what is in it; none if that is nothing."""
    written = "".join(part for part in parts if part)
    marks = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{marks}>{written}</{name}>" if written else ""


def money(amount: str, currency: str = "EUR") -> str:
    return tag("Amt", amount.lstrip("-"), Ccy=currency)


def sign(amount: str) -> str:
    return tag("CdtDbtInd", "DBIT" if amount.startswith("-") else "CRDT")


def party(side: str, who: Party | None, version: int) -> str:
    if who is None:
        return ""
    name = tag("Nm", escape(who[0]))
    return tag(side, tag("Pty", name) if version == 8 else name) + tag(f"{side}Acct", tag("Id", tag("IBAN", who[1])))


def detail(
    amount: str | None = None,
    *texts: str,
    of: Party | None = PAYER,
    to: Party | None = US,
    version: int = 8,
    refs: str = "",
    remittance: str = "",
    more: str = "",
) -> str:
    """What an entry says of one payment: from `of` to `to`."""
    told = "" if amount is None else money(amount) + sign(amount)
    if amount is not None and version == 2:
        told = tag("AmtDtls", tag("TxAmt", money(amount)))
    parties = party("Dbtr", of, version) + party("Cdtr", to, version)
    return tag(
        "TxDtls",
        tag("Refs", refs),
        told,
        tag("RltdPties", parties),
        tag("RmtInf", *(tag("Ustrd", escape(text)) for text in texts), remittance),
        more,
    )


def entry(
    amount: str,
    *details: str,
    version: int = 8,
    status: str = "BOOK",
    day: str = tag("Dt", DAY),
    reference: str = "",
    text: str = "",
    code: tuple[str, str, str] = ("PMNT", "RCDT", "ESCT"),
    currency: str = "EUR",
    more: str = "",
) -> str:
    domain = tag("Domn", tag("Cd", code[0]), tag("Fmly", tag("Cd", code[1]), tag("SubFmlyCd", code[2])))
    return tag(
        "Ntry",
        money(amount, currency),
        sign(amount),
        more,
        tag("Sts", tag("Cd", status) if version == 8 else status),
        tag("BookgDt", day),
        tag("AcctSvcrRef", reference),
        tag("BkTxCd", domain),
        tag("NtryDtls", *details),
        tag("AddtlNtryInf", escape(text)),
    )


def balance(code: str, amount: str, day: str = DAY, currency: str = "EUR") -> str:
    kind = tag("Tp", tag("CdOrPrtry", tag("Cd", code)))
    return tag("Bal", kind, money(amount, currency), sign(amount), tag("Dt", tag("Dt", day)))


def statement(
    *entries: str,
    opening: str = "500.00",
    closing: str = "",
    balances: str = "",
    iban: str = OURS,
    currency: str = "EUR",
    day: str = DAY,
    number: str = "2026-77",
) -> str:
    """A statement of a day; without `balances`, of an opening and a closing."""
    told = balances or balance("OPBD", opening, day, currency) + balance("CLBD", closing or opening, day, currency)
    account = tag("Acct", tag("Id", tag("IBAN", iban)), tag("Ccy", currency))
    return tag("Stmt", tag("Id", number), account, told, *entries)


def document(body: str, kind: str = "camt.053.001.08", encoding: str = "UTF-8") -> str:
    name = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">'
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{name}{body}</Document>'


def camt(*statements: str, version: int = 8, encoding: str = "UTF-8") -> bytes:
    """A file of these statements."""
    body = tag("BkToCstmrStmt", "<GrpHdr><MsgId>1</MsgId></GrpHdr>", *statements)
    return document(body, f"camt.053.001.{version:02}", encoding).encode(encoding)


def of_entries(*entries: str, version: int = 8, opening: str = "500.00") -> bytes:
    """A file of one statement, with the closing that its booked entries make."""
    closing = Decimal(opening)
    for one in entries:
        if ">BOOK<" in one:
            amount = Decimal(one.partition('<Amt Ccy="EUR">')[2].partition("<")[0])
            closing += amount if one.partition("<CdtDbtInd>")[2].startswith("CRDT") else -amount
    return camt(statement(*entries, opening=opening, closing=str(closing)), version=version)

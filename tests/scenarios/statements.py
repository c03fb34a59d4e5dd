"""Bank statements in tests: typed ones, and files as a bank sends them."""

import uuid
from decimal import Decimal
from typing import Any

from tests.world import IBAN, Caller, Json, Seller

CLERK = "NL91ZZZB0000000301"


def line(day: str, amount: str, text: str = "", **more: str) -> Json:
    """A typed line."""
    return {"day": day, "amount": {"amount": amount}, "text": text} | more


def statement(first_on: str, last_on: str, opening: str, *lines: Json, iban: str = IBAN) -> Json:
    """A typed statement that adds up."""
    closing = Decimal(opening) + sum(Decimal(one["amount"]["amount"]) for one in lines)
    balances = {"opening": {"amount": opening}, "closing": {"amount": f"{closing:.2f}"}}
    return {"iban": iban, "firstOn": first_on, "lastOn": last_on, "lines": list(lines)} | balances


async def type_in(seller: Seller, body: Json, *, by: Caller | None = None, status: int = 201) -> Json:
    """The treasurer types a statement; nobody has confirmed it yet."""
    place = f"/v1/cooperatives/{seller.id}/bank-statements"
    typed: Json = await (by or seller.treasurer)("POST", place, body, status=status)
    return typed


async def move(who: Caller, typed: Json, verb: str = "confirm", status: int = 200) -> Json:
    """A step with a typed statement."""
    moved: Json = await who("POST", f"/v1/bank-statements/{typed['id']}/transitions", {"verb": verb}, status=status)
    return moved


async def stated(seller: Seller, first_on: str, last_on: str, opening: str, *lines: Json, iban: str = IBAN) -> Json:
    """A typed statement that the coordinator has confirmed."""
    return await move(
        seller.coordinator, await type_in(seller, statement(first_on, last_on, opening, *lines, iban=iban))
    )


async def lines_of(seller: Seller, query: str = "") -> list[Json]:
    """The bank lines, newest first."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bank-lines?limit=100&{query}")
    items: list[Json] = found["items"]
    return items


async def send(who: Caller, seller: Seller, content: bytes, status: int = 201) -> Any:
    """Sends a file of the bank."""
    headers = {"Authorization": f"Bearer {who.token}", "Accept-Language": "en", "Content-Type": "application/xml"}
    place = f"/v1/cooperatives/{seller.id}/bank-statements/files"
    answer = await who.client.post(place, content=content, headers=headers)
    assert answer.status_code == status, answer.text[:800]
    return answer.json()


def camt(*statements: str) -> bytes:
    """A file of camt.053.001.08."""
    head = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-11T06:00:00Z</CreDtTm></GrpHdr>"
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
    text = f'<Document xmlns="{space}"><BkToCstmrStmt>{head}{"".join(statements)}</BkToCstmrStmt></Document>'
    return text.encode()


def of_bank(first_on: str, last_on: str, opening: str, *entries: Json, iban: str = IBAN) -> str:
    """A statement in such a file; an entry has `day`, `amount`, `text` and perhaps the bank's `reference`."""
    closing = Decimal(opening) + sum(Decimal(one["amount"]) for one in entries)
    days = f"<FrToDt><FrDtTm>{first_on}T00:00:00</FrDtTm><ToDtTm>{last_on}T23:59:59</ToDtTm></FrToDt>"
    account = f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    balances = _balance("OPBD", opening, first_on) + _balance("CLBD", f"{closing:.2f}", last_on)
    number = f"<Id>{uuid.uuid4().hex[:12]}</Id><CreDtTm>{last_on}T23:59:59Z</CreDtTm>"
    return f"<Stmt>{number}{days}{account}{balances}{''.join(map(_entry, entries))}</Stmt>"


def entry(day: str, amount: str, text: str = "", reference: str = "") -> Json:
    """An entry of a file."""
    return {"day": day, "amount": amount, "text": text, "reference": reference}


def _signed(amount: str) -> str:
    value = Decimal(amount)
    sign = "DBIT" if value < 0 else "CRDT"
    return f'<Amt Ccy="EUR">{abs(value):.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _balance(code: str, amount: str, day: str) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_signed(amount)}<Dt><Dt>{day}</Dt></Dt></Bal>"


def _entry(one: Json) -> str:
    reference = f"<AcctSvcrRef>{one['reference']}</AcctSvcrRef>" if one["reference"] else ""
    said = f"<RmtInf><Ustrd>{one['text']}</Ustrd></RmtInf>" if one["text"] else ""
    details = f"<NtryDtls><TxDtls>{said}</TxDtls></NtryDtls>" if said else ""
    code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    booked = f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one['day']}</Dt></BookgDt>{reference}{code}"
    return f"<Ntry>{_signed(one['amount'])}{booked}{details}</Ntry>"
